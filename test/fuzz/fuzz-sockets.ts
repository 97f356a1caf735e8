import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answerCall } from '../../src/endpoint/answer-call.ts'
import { startRelayFront } from '../../src/endpoint/relay-front/relay-server.ts'
import { listenOnSocket } from '../../src/host/net/unix-socket.ts'
import { parseAuthorityAnswer } from '../../src/protocol/authority-message.ts'
import { inputRequest, parseRelayAnswer } from '../../src/protocol/relay-message.ts'
import { defaultRelayLimits } from '../support/signer/default-limits.ts'
import { createFakeWorld } from '../support/signer/fake-endpoint-world.ts'
import { TestAuthority } from '../support/signer/test-authority.ts'
import { mutateBytes } from './mutate-bytes.ts'
import { readCorpus } from './read-corpus.ts'
import { SeededRandom } from './seeded-random.ts'

export interface SocketFuzzing {
  readonly seed: string
  readonly cases: number
  readonly untilMs: number
}

export interface SocketResult {
  readonly connections: number
  /** Lines that came back, each of which was one of ours. */
  readonly answers: number
  readonly defects: readonly unknown[]
}

interface Target {
  readonly path: string
  /** Throws on a line that must not come. */
  readonly check: (line: string) => unknown
  /** Whether an entry of the corpus is what it expects. */
  readonly isMeant: (name: string) => boolean
  /** A line that is answered. */
  readonly good: string
}

const parallel = 16
const limits = { callTimeoutMs: 300, requestTimeoutMs: 300, inputTimeoutMs: 100, lingerMs: 100, closeTimeoutMs: 300 }

/** Sends hostile lines to a living authority and a living relay's front, and sees that they answer in form and go on. */
export async function fuzzSockets({ seed, cases, untilMs }: SocketFuzzing): Promise<SocketResult> {
  const defects: unknown[] = []
  const note = (error: unknown): void => void defects.push(error)
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
  const { targets, stop } = await startTargets()
  const lines = readCorpus('socket-line').map(({ name, bytes }) => ({ name, bytes: withoutNewline(bytes) }))
  let [connections, answers] = [0, 0]
  try {
    while (connections < cases && Date.now() < untilMs && defects.length === 0) {
      const batch = Array.from({ length: parallel }, (_, index) => {
        const target = targets[index % targets.length]
        if (target === undefined) throw new Error('no target')
        const random = new SeededRandom(`${seed} socket ${connections + index}`)
        // Mostly those of its own protocol.
        const fitting = random.below(4) === 0 ? lines : lines.filter(({ name }) => target.isMeant(name))
        return send(
          target,
          hostileLines(
            random,
            fitting.map(({ bytes }) => bytes),
          ),
        )
      })
      answers += (await Promise.all(batch).catch(fail(defects))).reduce((sum, count) => sum + count, 0)
      connections += parallel
    }
    for (const target of targets) {
      const heard = await send(target, [Buffer.from(target.good)]).catch(fail(defects))
      if (heard !== 1) defects.push(new Error(`${target.path} answers no more`))
    }
  } finally {
    await stop()
    process.off('uncaughtException', note)
    process.off('unhandledRejection', note)
  }
  return { connections, answers, defects }
}

function fail(defects: unknown[]): (error: unknown) => [] {
  return (error) => {
    defects.push(error)
    return []
  }
}

async function startTargets(): Promise<{ targets: readonly Target[]; stop: () => Promise<void> }> {
  const authority = new TestAuthority()
  await authority.start()
  const directory = mkdtempSync(join(tmpdir(), 'signet-fuzz-'))
  const path = join(directory, 'relay.sock')
  const { world } = createFakeWorld()
  const front = await startRelayFront({
    listen: (server) => listenOnSocket(server, { path, mode: 0o600 }),
    answer: (call) => answerCall(call, world),
    refusals: world.refusals,
    describeCounts: () => '[]',
    limits: { ...defaultRelayLimits, ...limits },
  })
  const checkRelay = (line: string): unknown => line === inputRequest || parseRelayAnswer(line)
  const targets = [
    {
      path: authority.socketPath,
      check: parseAuthorityAnswer,
      isMeant: (name: string) => !/^(answer|relay)-/.test(name),
      good: '{"id":1,"question":{"ask":"status"}}\n',
    },
    {
      path,
      check: checkRelay,
      isMeant: (name: string) => /^relay-(call|counts|input|shell)$/.test(name),
      good: '{"address":"192.0.2.7","command":"help"}\n',
    },
  ]
  const stop = async (): Promise<void> => {
    await front.close()
    await authority.remove()
    rmSync(directory, { recursive: true, force: true })
  }
  return { targets, stop }
}

function withoutNewline(bytes: Buffer): Buffer {
  return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes
}

/** A few lines of the corpus, most of them changed, cut into chunks anywhere. */
function hostileLines(random: SeededRandom, lines: readonly Buffer[]): readonly Buffer[] {
  const whole = Buffer.concat(
    Array.from({ length: 1 + random.below(3) }, () => {
      const line = random.pick(lines)
      const changed = random.below(2) === 0 ? line : mutateBytes(line, random, lines)
      return random.below(8) === 0 ? changed : Buffer.concat([changed, Buffer.from('\n')])
    }),
  )
  const cut = random.below(whole.length + 1)
  return [whole.subarray(0, cut), whole.subarray(cut)]
}

/** How many lines came back until the other side hung up, or a moment after nothing more was sent. */
function send({ path, check }: Target, chunks: readonly Buffer[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    let heard = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text
    })
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      const lines = heard.split('\n').slice(0, -1)
      try {
        for (const line of lines) check(line)
        resolve(lines.length)
      } catch (error) {
        reject(error)
      }
    })
    for (const chunk of chunks) socket.write(chunk)
    socket.setTimeout(100, () => socket.destroy())
  })
}
