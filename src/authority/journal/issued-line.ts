/** One line of the journal: what was signed, for whom, until when. Times are RFC 3339, UTC. */
export interface IssuedCertificate {
  readonly timeMs: number
  /** Where the request came from; empty for the endpoint's own. */
  readonly address: string
  readonly name: string
  readonly serial: string
  readonly publicKeySha256: string
  readonly expiryMs: number
  /**
   * Of a member: whether the certificate has the full lifetime and makes its address the holder of the name. Written down
   * and not told from the lifetime, which root may change. Lines of versions before 0.2 lack it, and those of masters.
   */
  readonly holds?: boolean | undefined
}

/** The journal's line for a certificate, without the newline. */
export function formatIssuedLine(issued: IssuedCertificate): string {
  const { address, name, serial, publicKeySha256, holds } = issued
  const time = new Date(issued.timeMs).toISOString()
  return JSON.stringify({
    time,
    address,
    name,
    serial,
    publicKeySha256,
    expiry: new Date(issued.expiryMs).toISOString(),
    holds,
  })
}

/**
 * The certificate that a line tells of, or undefined where the line is damaged. By hand and not by a schema: 5,000 masters
 * write five million lines a year, and the authority answers nobody before it has read them.
 */
export function parseIssuedLine(line: string): IssuedCertificate | undefined {
  try {
    const fields: Readonly<Record<string, unknown>> = JSON.parse(line)
    const { address, name, serial, publicKeySha256, holds } = fields
    const [timeMs, expiryMs] = [readJournalTime(fields['time']), readJournalTime(fields['expiry'])]
    if (Number.isNaN(timeMs) || Number.isNaN(expiryMs)) return undefined
    if (!isText(address) || !isText(name) || !isText(serial) || !isText(publicKeySha256)) return undefined
    const issued = { timeMs, address, name, serial, publicKeySha256, expiryMs }
    if (holds === undefined) return issued
    return typeof holds === 'boolean' ? { ...issued, holds } : undefined
  } catch {
    return undefined
  }
}

const timePattern = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}Z$/

/** A time of the journal in milliseconds, or not a number. */
export function readJournalTime(value: unknown): number {
  return isText(value) && timePattern.test(value) ? Date.parse(value) : Number.NaN
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
