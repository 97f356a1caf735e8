import type { Client } from 'ssh2'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { SignerProcesses } from '../support/signer/signer-processes.ts'
import { isAnsweredSoon } from '../support/ssh/is-answered-soon.ts'
import { sendMessage, tellNumbers } from '../support/ssh/send-raw-message.ts'
import {
  adjustWindow,
  execCommand,
  openSession,
  promiseResponses,
  requestGlobally,
  requestLogin,
} from '../support/ssh/ssh-messages.ts'
import { logInOver, openFrom } from '../support/ssh/ssh2-caller.ts'
import { wireString } from '../support/ssh/wire-types.ts'

// In a process of its own: what these messages did, once, was to keep that process busy for ever.
const [inside, outside, neighbour] = ['127.0.0.9', '127.1.0.9', '127.0.0.2']
const requestTimeMs = 2000
const maxGrowthBytes = 48 * 1024 * 1024

const signer = new SignerProcesses()
let startedBytes = 0

beforeAll(async () => {
  await signer.start({ requestTime: `${requestTimeMs / 1000}s` })
  await expectAnswered()
  startedBytes = signer.readPeakBytes()
})
afterAll(() => signer.stop())
beforeEach(() => expect(signer.isRunning).toBe(true))

async function logInFrom(address: string): Promise<Client> {
  return logInOver(await openFrom(address, signer.port))
}

/** Another caller is answered within a second, by the same process, whose memory has not grown. */
async function expectAnswered(): Promise<void> {
  expect(await isAnsweredSoon(signer, neighbour)).toBe(true)
  expect(signer.isRunning).toBe(true)
  expect(signer.said()).not.toContain('a defect was survived')
  if (startedBytes > 0) expect(signer.readPeakBytes() - startedBytes).toBeLessThan(maxGrowthBytes)
}

function closed(client: Client): Promise<void> {
  return new Promise((resolve) => client.once('close', () => resolve()))
}

/** Sends these and sees the connection end, sooner than any time limit ends it. */
async function expectCutOff(client: Client, messages: readonly Buffer[], reason: string): Promise<void> {
  const startedMs = performance.now()
  const goneMs = closed(client).then(() => performance.now())
  for (const message of messages) sendMessage(client, message)
  await expectAnswered()
  expect((await goneMs) - startedMs).toBeLessThan(requestTimeMs)
  expect(signer.said()).toContain(reason)
}

describe.each([
  ['inside the networks', inside],
  ['outside the networks, who is only refused', outside],
])('a caller %s', (_where, address) => {
  it.each([0, 1, 255])('whose packets hold %i bytes at most is cut off', async (packetSize) => {
    const messages = [openSession({ packetSize }), execCommand('get-certificate')]
    await expectCutOff(await logInFrom(address), messages, `channel takes packets of ${packetSize} bytes`)
  })

  it('whose packets hold 0 bytes at most in a channel that nobody opens for them is cut off', async () => {
    const client = await logInFrom(address)
    sendMessage(client, openSession({}))
    await expectCutOff(client, [openSession({ packetSize: 0 })], 'channel takes packets of 0 bytes')
  })

  it.each([256, 32_768, 2 ** 32 - 1])('whose packets hold %i bytes is answered in such', async (packetSize) => {
    const [status, bytes] = address === inside ? [0, 400] : [77, 100]
    const answer = await readAnswer(await logInFrom(address), { packetSize })
    expect(answer.status).toBe(status)
    expect(answer.text.length).toBeGreaterThan(bytes)
    expect(Math.max(...answer.lengths)).toBeLessThanOrEqual(packetSize)
    await expectAnswered()
  })

  it('whose window never opens is ended by the time limit', async () => {
    const endings = await Promise.all(
      [0, 1].map(async (window) => {
        const client = await logInFrom(address)
        const gone = closed(client)
        for (const message of [openSession({ window }), execCommand('get-certificate')]) sendMessage(client, message)
        return gone
      }),
    )
    expect(endings).toHaveLength(2)
    await expectAnswered()
  })

  it('whose window opens byte by byte is answered', async () => {
    const answer = await readAnswer(await logInFrom(address), { window: 1, adjustments: 2000 })
    expect(answer.text).toMatch(
      address === inside ? /^-----BEGIN CERTIFICATE-----[\s\S]*-----\n$/ : /outside the control/,
    )
    await expectAnswered()
  })

  it('whose window grows beyond 2^32 - 1 bytes is cut off', async () => {
    const messages = [openSession({ window: 2 ** 32 - 1 }), adjustWindow(1)]
    await expectCutOff(await logInFrom(address), messages, 'window grows beyond')
    const late = [
      openSession({ window: 0 }),
      execCommand('kubemaster-1'),
      adjustWindow(2 ** 32 - 1),
      adjustWindow(2 ** 32 - 1),
    ]
    await expectCutOff(await logInFrom(address), late, 'window grows beyond')
  })

  it('whose window is as large as can be is answered', async () => {
    const answer = await readAnswer(await logInFrom(address), { window: 2 ** 32 - 1 })
    expect(answer.status).toBe(address === inside ? 0 : 77)
  })

  it('who answers questions that nobody asked is cut off, before room is made for the answers', async () => {
    await expectCutOff(await logInFrom(address), [promiseResponses(32_000_000)], 'nobody asked')
    // ssh2 ends the connection for the first of these, and would go on to read the second.
    const late = requestLogin('signer', 'keyboard-interactive', wireString(''), wireString(''))
    for (let count = 0; count < 4; count += 1)
      await expectCutOff(await logInFrom(address), [late, promiseResponses(32_000_000)], 'nobody asked')
  })

  it('who sends the keys of a server is cut off, before they are read', async () => {
    const keys = Array.from({ length: 2000 }, () => wireString(wireString('ssh-rsa')))
    await expectCutOff(await logInFrom(address), [requestGlobally('hostkeys-00@openssh.com', ...keys)], "server's keys")
  })
})

interface Numbers {
  readonly window?: number
  readonly packetSize?: number
  /** How often the window is opened by one byte more. */
  readonly adjustments?: number
}

interface ShapedAnswer {
  readonly status: number | undefined
  readonly text: string
  /** Of each message that carried a part of it. */
  readonly lengths: readonly number[]
}

async function readAnswer(client: Client, { adjustments = 0, ...numbers }: Numbers): Promise<ShapedAnswer> {
  tellNumbers(client, numbers)
  const [chunks, ended] = [[] as Buffer[], closed(client)]
  let status: number | undefined
  client.exec('get-certificate', (_error, channel) => {
    for (const stream of [channel, channel.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    channel.on('exit', (code: number) => {
      status = code
    })
    channel.on('close', () => client.end())
    for (let left = adjustments; left > 0; left -= 1) sendMessage(client, adjustWindow(1))
  })
  await ended
  return { status, text: Buffer.concat(chunks).toString(), lengths: chunks.map(({ length }) => length) }
}
