import * as v from 'valibot'

const schema = v.object({
  time: v.pipe(v.string(), v.isoTimestamp()),
  address: v.string(),
  name: v.string(),
  serial: v.string(),
  publicKeySha256: v.string(),
  expiry: v.pipe(v.string(), v.isoTimestamp()),
})

/** One line of the journal: what was signed, for whom, until when. Times are RFC 3339, UTC. */
export interface IssuedCertificate {
  readonly timeMs: number
  /** Where the request came from; empty for the endpoint's own. */
  readonly address: string
  readonly name: string
  readonly serial: string
  readonly publicKeySha256: string
  readonly expiryMs: number
}

/** The journal's line for a certificate, without the newline. */
export function formatIssuedLine(issued: IssuedCertificate): string {
  const { address, name, serial, publicKeySha256 } = issued
  const time = new Date(issued.timeMs).toISOString()
  return JSON.stringify({
    time,
    address,
    name,
    serial,
    publicKeySha256,
    expiry: new Date(issued.expiryMs).toISOString(),
  })
}

/** The certificate that a line tells of, or undefined where the line is damaged. */
export function parseIssuedLine(line: string): IssuedCertificate | undefined {
  try {
    const { time, expiry, ...rest } = v.parse(schema, JSON.parse(line))
    return { ...rest, timeMs: Date.parse(time), expiryMs: Date.parse(expiry) }
  } catch {
    return undefined
  }
}
