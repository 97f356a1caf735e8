import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { defaultRelayLimits } from '../../../test/support/signer/default-limits.ts'
import { createFakeWorld } from '../../../test/support/signer/fake-endpoint-world.ts'
import { countsQuestion, listCounts, parseCounts } from '../../protocol/endpoint-counts.ts'
import type { RelayLimits } from '../admission/front-limits.ts'
import { answerCall } from '../answer-call.ts'
import type { Call } from '../call.ts'
import { askCounts } from './ask-counts.ts'
import { startRelayFront } from './relay-server.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function startFront(limits: Partial<RelayLimits> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'signet-relay-'))
  cleanUps.push(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'relay.sock')
  const { world, lines } = createFakeWorld()
  const calls: Call[] = []
  const answer = (call: Call) => {
    calls.push(call)
    return answerCall(call, world)
  }
  const listen = (server: Server) => new Promise<void>((resolve) => server.listen(path, resolve))
  const front = await startRelayFront({
    listen,
    answer,
    refusals: world.refusals,
    describeCounts: () => JSON.stringify(listCounts(world.tally.counts())),
    limits: { ...defaultRelayLimits, closeTimeoutMs: 200, ...limits },
  })
  cleanUps.push(() => front.close())
  return { path, lines, calls }
}

/** What the endpoint says to these bytes until it hangs up. */
function say(path: string, ...texts: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(path)
    let heard = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text
    })
    socket.on('error', () => {})
    socket.once('close', () => resolve(heard))
    for (const text of texts) socket.write(text)
  })
}

it('answers a call with its status and both streams', async () => {
  const { path, calls } = await startFront()
  const heard = await say(path, '{"address":"::ffff:192.0.2.7","command":"get-peers"}\n')
  expect(JSON.parse(heard)).toEqual({ exitStatus: 0, stdout: 'https://192.0.2.1:2379\n', stderr: '' })
  expect(calls[0]?.address).toBe('192.0.2.7')
})

it('refuses a caller outside the networks, whatever sshd let in', async () => {
  const { path } = await startFront()
  const heard = await say(path, '{"address":"198.51.100.1","command":"get-peers"}\n')
  expect(JSON.parse(heard)).toMatchObject({ exitStatus: 77, stdout: '' })
})

it('tells on its own socket how many calls it has answered, by word and outcome, and never a name', async () => {
  const { path } = await startFront()
  for (const command of ['get-peers', 'get-peers', 'kubemaster-1\\u0000', 'no-such-word'])
    await say(path, `{"address":"192.0.2.7","command":"${command}"}\n`)
  await say(path, '{"address":"198.51.100.1","command":"help"}\n')
  expect(await askCounts(path)).toEqual([
    { word: 'get-peers', code: 'ok', count: 2 },
    { word: 'unknown', code: 'usage', count: 2 },
    { word: 'unknown', code: 'refused', count: 1 },
  ])
})

it.each([` ${countsQuestion}`, '{"ask":"counts","x":1}', '{"ask":"metrics"}'])(
  'hangs up on any other form of that question: %s',
  async (line) => {
    const { path } = await startFront()
    expect(await say(path, `${line}\n`)).toBe('')
  },
)

it('takes no counts whose words are none of ours, and hears of an endpoint that is not there', async () => {
  expect(() => parseCounts('[{"word":"a b","code":"ok","count":1}]')).toThrow('does not tell')
  const { path } = await startFront()
  await expect(askCounts(`${path}.none`)).rejects.toMatchObject({ code: 'unavailable' })
})

it('asks for input where a word reads it, and takes it', async () => {
  const { path } = await startFront()
  const socket = createConnection(path)
  socket.write('{"address":"192.0.2.7","command":"kubemaster-1"}\n')
  const heard: string[] = []
  socket.setEncoding('utf8').on('data', (text: string) => {
    heard.push(text)
    if (heard.length === 1) socket.write(`{"input":"${Buffer.from('MAA=').toString('base64')}"}\n`)
  })
  await new Promise((resolve) => socket.once('close', resolve))
  expect(heard[0]).toBe('{"send":"input"}\n')
  expect(JSON.parse(heard[1] ?? '')).toEqual({ exitStatus: 0, stdout: 'certificate\n', stderr: '' })
})

it('gives up on input that does not come', async () => {
  const { path } = await startFront({ inputTimeoutMs: 50 })
  const [, answer = ''] = (await say(path, '{"address":"192.0.2.7","command":"kubemaster-1"}\n')).split('\n')
  expect(JSON.parse(answer)).toMatchObject({ exitStatus: 65, stdout: '' })
})

it.each([
  ['no address', '{"address":"somewhere","command":"help"}\n'],
  ['no JSON', 'get-peers\n'],
  ['an endless line', 'x'.repeat(100_000)],
  ['input that nobody asked for', '{"address":"192.0.2.7","command":"help"}\n{"input":"QQ=="}\n'],
])('hangs up on %s, and says so in the log', async (_what, text) => {
  const { path, lines } = await startFront()
  expect(await say(path, text)).toBe('')
  expect(lines.map(({ event }) => event)).toContain('a relay was cut off')
})

it('hangs up on a connection that says nothing', async () => {
  const { path } = await startFront({ callTimeoutMs: 50 })
  expect(await say(path)).toBe('')
})

it('tells relays beyond the limit to try again later, and serves those that it has', async () => {
  const { path, calls } = await startFront({ maxConnections: 1, maxBusyConnections: 1 })
  const first = createConnection(path)
  await new Promise((resolve) => first.once('connect', resolve))
  const told = await say(path, '{"address":"192.0.2.7","command":"get-peers"}\n')
  expect(JSON.parse(told)).toEqual({
    exitStatus: 75,
    stdout: '',
    stderr: 'signet: error: too many connections at once [try-later, status 75]\nsignet: hint: try again in 10 s\n',
  })
  expect(calls).toEqual([])
  const answered = new Promise((resolve) => first.once('data', resolve))
  first.write('{"address":"192.0.2.7","command":"help"}\n')
  expect(String(await answered)).toContain('"exitStatus":0')
})

const getPeers = '{"address":"192.0.2.8","command":"get-peers"}\n'

it('sends a silent relay away where all places are taken and another comes', async () => {
  const { path, lines } = await startFront({ maxConnections: 1, minSilenceMs: 0 })
  const silent = say(path)
  expect(await say(path, getPeers)).toContain('"exitStatus":0')
  expect(await silent).toBe('')
  expect(lines.map(({ event }) => event)).toContain('a relay was sent away')
})

it('tells a caller whose CSR does not come to try again where all places are taken and another comes', async () => {
  const { path } = await startFront({ maxConnections: 1, minSilenceMs: 0 })
  const waiting = createConnection(path).setEncoding('utf8')
  const nextText = () => new Promise<string>((resolve) => waiting.once('data', resolve))
  waiting.write('{"address":"192.0.2.7","command":"kubemaster-1"}\n')
  expect(await nextText()).toBe('{"send":"input"}\n')
  const told = nextText()
  expect(await say(path, getPeers)).toContain('"exitStatus":0')
  expect(JSON.parse(await told)).toMatchObject({ exitStatus: 75, stdout: '' })
})
