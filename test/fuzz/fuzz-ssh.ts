import { connect, type Socket } from 'node:net'
import { SignerProcesses } from '../support/signer/signer-processes.ts'
import { isAnsweredSoon } from '../support/ssh/is-answered-soon.ts'
import { logInOver } from '../support/ssh/ssh2-caller.ts'
import { pause, sendHostileMessages } from './hostile-session.ts'
import { mutateBytes } from './mutate-bytes.ts'
import { readCorpus } from './read-corpus.ts'
import { SeededRandom } from './seeded-random.ts'

export interface SshFuzzing {
  readonly seed: string
  readonly cases: number
  readonly untilMs: number
}

export interface SshResult {
  readonly beforeLogin: number
  readonly afterLogin: number
  readonly packets: number
  /** Calls of the second caller, each of which was answered within a second. */
  readonly answers: number
  /** What escaped, or kept the front from answering. */
  readonly defects: readonly unknown[]
  readonly peakGrowthBytes: number
}

const limits = { loginTime: '5s', requestTime: '5s', requestsPerMinute: 1_000_000 }
const parallel = 16
const [inside, outside, secondCaller] = ['127.0.0.9', '127.1.0.9', '127.0.0.2']
// Also of memory that was given back at once.
const maxGrowthBytes = 128 * 1024 * 1024

/**
 * Sends hostile bytes to an embedded front, before and after the log-in, from inside the networks and outside. All the
 * while a second caller must be answered within a second. The front has a process of its own: one that loops for ever
 * would keep the fuzzer too.
 */
export async function fuzzSsh({ seed, cases, untilMs }: SshFuzzing): Promise<SshResult> {
  const signer = new SignerProcesses()
  const run = new SshRun(signer, seed)
  try {
    await signer.start(limits)
    await run.askAsSecondCaller()
    const startedBytes = signer.readPeakBytes()
    let defect: unknown
    for (let done = 0; done < cases && Date.now() < untilMs && defect === undefined; done += parallel) {
      const batch = Array.from({ length: parallel }, (_, index) => run.one(done + index))
      const isAnswered = await run.askAsSecondCaller()
      defect = findDefect(signer, isAnswered, startedBytes)
      // One that stands still would never let them go.
      if (defect === undefined) await Promise.all(batch)
    }
    defect ??= findDefect(signer, await run.askAsSecondCaller(), startedBytes)
    const peakGrowthBytes = signer.isRunning ? signer.readPeakBytes() - startedBytes : 0
    return { ...run.counts, defects: defect === undefined ? [] : [defect], peakGrowthBytes }
  } finally {
    await signer.stop()
  }
}

function findDefect(signer: SignerProcesses, isAnswered: boolean, startedBytes: number): unknown {
  if (!signer.isRunning) return new Error(`the front has ended: ${signer.said().slice(-2000)}`)
  const survived = signer
    .said()
    .split('\n')
    .find((line) => line.includes('a defect was survived'))
  if (survived !== undefined) return new Error(survived)
  if (!isAnswered) return new Error('a second caller was not answered within a second')
  const grownBytes = signer.readPeakBytes() - startedBytes
  return grownBytes > maxGrowthBytes ? new Error(`the front has taken ${grownBytes} bytes more`) : undefined
}

class SshRun {
  readonly counts = { beforeLogin: 0, afterLogin: 0, packets: 0, answers: 0 }
  readonly #signer: SignerProcesses
  readonly #seed: string
  readonly #streams = readCorpus('ssh-stream').map(({ bytes }) => bytes)
  readonly #packets = readCorpus('ssh-packet').map(({ bytes }) => bytes)

  constructor(signer: SignerProcesses, seed: string) {
    this.#signer = signer
    this.#seed = seed
  }

  /** Whoever was cut off by then has gone without harm. */
  async one(index: number): Promise<void> {
    const random = new SeededRandom(`${this.#seed} ssh ${index}`)
    const act = index % 3 === 0 ? this.#beforeLogin(random) : this.#afterLogin(random)
    await act.catch(() => {})
  }

  async askAsSecondCaller(): Promise<boolean> {
    const isAnswered = await isAnsweredSoon(this.#signer, secondCaller)
    if (isAnswered) this.counts.answers += 1
    return isAnswered
  }

  async #beforeLogin(random: SeededRandom): Promise<void> {
    this.counts.beforeLogin += 1
    const socket = await this.#open(random)
    const bytes = mutateBytes(random.pick(this.#streams), random, this.#streams)
    const cut = random.below(bytes.length + 1)
    if (socket.writable) socket.write(bytes.subarray(0, cut))
    await pause(random.below(4))
    if (socket.writable) socket.write(bytes.subarray(cut))
    await pause(random.below(10))
    await hangUp(socket, random)
  }

  async #afterLogin(random: SeededRandom): Promise<void> {
    this.counts.afterLogin += 1
    const socket = await this.#open(random)
    const client = await logInOver(socket)
    this.counts.packets += await sendHostileMessages(client, random, this.#packets)
    await pause(random.below(6))
    await hangUp(socket, random)
  }

  #open(random: SeededRandom): Promise<Socket> {
    const localAddress = random.pick([inside, outside])
    return new Promise((resolve, reject) => {
      const socket = connect({ port: this.#signer.port, host: '127.0.0.1', localAddress }, () => resolve(socket))
      socket.on('error', reject)
    })
  }
}

function hangUp(socket: Socket, random: SeededRandom): Promise<void> {
  if (socket.destroyed) return Promise.resolve()
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.resume()
  random.pick([() => socket.end(), () => socket.destroy(), () => socket.resetAndDestroy()])()
  return closed
}
