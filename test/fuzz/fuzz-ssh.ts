import { connect, type Socket } from 'node:net'
import ssh2, { type Client } from 'ssh2'
import { startTestFront, type TestFront } from '../support/test-front.ts'
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
  /** What escaped, or stopped the front from serving. */
  readonly defects: readonly unknown[]
  readonly rssGrowthBytes: number
}

const limits = { loginTimeoutMs: 500, requestTimeoutMs: 500, inputTimeoutMs: 200, lingerMs: 100, closeTimeoutMs: 500 }
const parallel = 16
const checkEvery = 128

/** Sends hostile bytes to an embedded front in this process, before and after the log-in, and sees that it goes on. */
export async function fuzzSsh(options: SshFuzzing): Promise<SshResult> {
  const defects: unknown[] = []
  const note = (error: unknown): void => void defects.push(error)
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
  const front = await startTestFront(limits, { requests: { requestsPerMinute: 1_000_000 } })
  const startedRss = process.memoryUsage().rss
  const run = new SshRun(front, options.seed)
  try {
    await runAll(run, options, defects)
    return { ...run.counts, defects, rssGrowthBytes: process.memoryUsage().rss - startedRss }
  } finally {
    await front.stop()
    process.off('uncaughtException', note)
    process.off('unhandledRejection', note)
  }
}

async function runAll(run: SshRun, { cases, untilMs }: SshFuzzing, defects: unknown[]): Promise<void> {
  for (let done = 0; done < cases && Date.now() < untilMs && defects.length === 0; done += parallel) {
    await Promise.all(Array.from({ length: parallel }, (_, index) => run.one(done + index)))
    if (done % checkEvery === 0 && !(await run.isServing())) defects.push(new Error('the front serves nobody any more'))
  }
  if (!(await run.isServing())) defects.push(new Error('the front serves nobody any more'))
}

class SshRun {
  readonly counts = { beforeLogin: 0, afterLogin: 0, packets: 0 }
  readonly #front: TestFront
  readonly #seed: string
  readonly #streams = readCorpus('ssh-stream').map(({ bytes }) => bytes)
  readonly #packets = readCorpus('ssh-packet').map(({ bytes }) => bytes)
  readonly #opening = readCorpus('ssh-packet').filter(({ name }) => name === 'open-session')

  constructor(front: TestFront, seed: string) {
    this.#front = front
    this.#seed = seed
  }

  async one(index: number): Promise<void> {
    const random = new SeededRandom(`${this.#seed} ssh ${index}`)
    if (index % 3 === 0) await this.#beforeLogin(random)
    else await this.#afterLogin(random)
  }

  async isServing(): Promise<boolean> {
    const client = await this.#logIn()
    if (client === undefined) return false
    const stdout = await new Promise<string>((resolve) => {
      client.once('close', () => resolve(''))
      client.exec('get-certificate', (error, channel) => {
        if (error !== undefined) resolve('')
        else channel.on('data', (chunk: Buffer) => resolve(chunk.toString()))
      })
    })
    client.end()
    return stdout === 'CA certificate\n'
  }

  async #beforeLogin(random: SeededRandom): Promise<void> {
    this.counts.beforeLogin += 1
    const socket = await this.#open()
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
    const socket = await this.#open()
    const client = await this.#logIn(socket)
    if (client === undefined) return
    const [opening] = this.#opening
    if (opening !== undefined && random.below(4) > 0) sendPacket(client, opening.bytes)
    for (let left = 1 + random.below(10); left > 0; left -= 1) {
      const packet = random.pick(this.#packets)
      this.counts.packets += 1
      sendPacket(
        client,
        random.below(3) === 0 ? packet : mutateBytes(packet, random, this.#packets).subarray(0, 32_000),
      )
      if (random.below(4) === 0) await pause(random.below(3))
    }
    await pause(random.below(6))
    await hangUp(socket, random)
  }

  #open(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#front.front.port, '127.0.0.1', () => resolve(socket))
      socket.on('error', reject)
    })
  }

  #logIn(sock?: Socket): Promise<Client | undefined> {
    const client = new ssh2.Client()
    client.on('error', () => {})
    const place = { host: '127.0.0.1', port: this.#front.front.port, ...(sock === undefined ? {} : { sock }) }
    return new Promise((resolve) => {
      client.once('ready', () => resolve(client))
      client.once('close', () => resolve(undefined))
      client.connect({ ...place, username: 'signer', authHandler: ['none'] })
    })
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function hangUp(socket: Socket, random: SeededRandom): Promise<void> {
  if (socket.destroyed) return Promise.resolve()
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.resume()
  random.pick([() => socket.end(), () => socket.destroy(), () => socket.resetAndDestroy()])()
  return closed
}

interface WireClient {
  readonly _protocol: {
    readonly _packetRW: {
      readonly write: { allocStart: number; alloc(length: number): Buffer; finalize(packet: Buffer): Buffer }
    }
    readonly _cipher: { encrypt(packet: Buffer): void }
  }
}

// Nothing in ssh2's own interface sends what no client should.
function sendPacket(client: Client, payload: Buffer): void {
  const { _packetRW, _cipher } = (client as unknown as WireClient)._protocol
  const packet = _packetRW.write.alloc(payload.length)
  packet.set(payload, _packetRW.write.allocStart)
  _cipher.encrypt(_packetRW.write.finalize(packet))
}
