import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ScriptedSigner, startScriptedFront } from '../support/signer/test-signer.ts'
import { message, RawSshClient } from '../support/ssh/raw-ssh-client.ts'
import { wireString } from '../support/ssh/wire-types.ts'

// CVE-2023-48795, "Terrapin": whoever sits between the two slips messages into the first key exchange, which nothing
// protects yet, and later drops as many of those that are protected. Strict key exchange refuses the first and starts
// counting anew.
const curve = 'curve25519-sha256'
const strict = [curve, 'kex-strict-c-v00@openssh.com']
const lenient = [curve]
const serviceRequest = Buffer.concat([Buffer.of(5), wireString('ssh-userauth')])
const serviceAccept = Buffer.concat([Buffer.of(6), wireString('ssh-userauth')])

const slippedIn = {
  IGNORE: Buffer.concat([Buffer.of(message.ignore), wireString('')]),
  DEBUG: Buffer.concat([Buffer.of(message.debug, 0), wireString(''), wireString('')]),
  UNIMPLEMENTED: Buffer.concat([Buffer.of(message.unimplemented), Buffer.alloc(4)]),
}
const places = ['before KEXINIT', 'after KEXINIT', 'after the key', 'before NEWKEYS'] as const

let test: ScriptedSigner
let client: RawSshClient | undefined

beforeAll(async () => {
  test = await startScriptedFront({ loginTimeoutMs: 4000, closeTimeoutMs: 200 })
})
afterEach(() => client?.close())
afterAll(() => test.remove())

interface Attempt {
  readonly kex: readonly string[]
  readonly reset: boolean
  readonly extra?: { readonly at: (typeof places)[number]; readonly payload: Buffer }
}

/** Whether the server goes on to the log-in, with sequence numbers as `reset` says, in both directions. */
async function reachesLogin({ kex, reset, extra }: Attempt): Promise<boolean> {
  const raw = await RawSshClient.open(test.port)
  client = raw
  const slipIn = (at: (typeof places)[number]): void => {
    if (extra?.at === at) raw.send(extra.payload)
  }
  slipIn('before KEXINIT')
  raw.sendKexInit(kex)
  slipIn('after KEXINIT')
  raw.sendEcdhInit()
  slipIn('after the key')
  if (!(await raw.readExchange())) return false
  slipIn('before NEWKEYS')
  raw.sendNewKeys({ reset })
  raw.send(serviceRequest)
  // The words of a server that counts otherwise do not fit their MAC.
  const answer = await raw.receive().catch(() => undefined)
  return answer?.equals(serviceAccept) ?? false
}

describe('strict key exchange', () => {
  it('starts to count at 0 after NEWKEYS, in both directions', async () => {
    expect(await reachesLogin({ kex: strict, reset: true })).toBe(true)
  })

  it('lets nobody on who goes on counting', async () => {
    expect(await reachesLogin({ kex: strict, reset: false })).toBe(false)
  })

  const cases = Object.entries(slippedIn).flatMap(([name, payload]) => places.map((at) => ({ name, at, payload })))
  it.each(cases)('ends at $name $at', async ({ at, payload }) => {
    expect(await reachesLogin({ kex: strict, reset: true, extra: { at, payload } })).toBe(false)
    expect(await client?.isCutOff()).toBe(true)
  })

  // ssh2 skips packets without a message instead of hanging up; since counting starts anew, nothing comes of it.
  it.each(places.slice(1))('a packet without a message %s shifts nothing', async (at) => {
    const extra = { at, payload: Buffer.alloc(0) }
    expect(await reachesLogin({ kex: strict, reset: false, extra })).toBe(false)
    client?.close()
    expect(await reachesLogin({ kex: strict, reset: true, extra })).toBe(true)
  })
})

// The controls: the same messages at the same places are no fault of these tests, and cost nobody else his connection.
describe('without strict key exchange', () => {
  it('counting goes on', async () => {
    expect(await reachesLogin({ kex: lenient, reset: false })).toBe(true)
  })

  it('nobody gets on who starts again', async () => {
    expect(await reachesLogin({ kex: lenient, reset: true })).toBe(false)
  })

  it.each(places)('IGNORE passes %s, as RFC 4253 has it', async (at) => {
    expect(await reachesLogin({ kex: lenient, reset: false, extra: { at, payload: slippedIn.IGNORE } })).toBe(true)
  })
})
