import type { Socket } from 'node:net'
import type { Client } from 'ssh2'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeCsr } from '../../src/x509/write/write-csr.ts'
import { describeWith } from '../support/shell/external-program.ts'
import { runClient } from '../support/shell/run-client.ts'
import { SignerProcesses } from '../support/signer/signer-processes.ts'
import { sshFlags } from '../support/signer/ssh-flags.ts'
import { askWord, logInOver, openFrom } from '../support/ssh/ssh2-caller.ts'
import { testKey } from '../support/x509/build-csr.ts'

// What one caller does to the process and to the others while he does it: real processes, since memory is a process's.
const [abuser, neighbour] = ['127.0.0.9', '127.0.0.2']
const abuseMs = 1500
const maxGrowthBytes = 96 * 1024 * 1024
// Places that abusers hold are free again after a minute: whoever had to wait for one of these would be seen, also on a
// machine that has other work.
const limits = { loginTime: '60s', requestTime: '60s' }
const maxWaitMs = 20_000
const maxMedianMs = 10_000

let signer: SignerProcesses
const clients: { destroy(): unknown }[] = []
const csr = writeCsr('kubemaster-1', testKey).toString('base64')

beforeEach(async () => {
  signer = new SignerProcesses()
  await signer.start(limits)
  await callAsNeighbour()
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await signer.stop()
})

// In a process of his own: this one is busy with the abuse.
async function callAsNeighbour(): Promise<number> {
  const startedMs = performance.now()
  const flags = [...sshFlags(signer.port), '-b', neighbour, 'signer@127.0.0.1', 'kubemaster-1']
  const { status, stdout, stderr } = await runClient('ssh', flags, { input: csr })
  expect([status, stdout.slice(0, 27), stderr]).toEqual([0, '-----BEGIN CERTIFICATE-----', ''])
  return performance.now() - startedMs
}

/** The neighbour calls again and again while the abuse lasts: none of his calls fails or waits, and memory stays. */
async function expectHarmless(abuse: (isOver: () => boolean) => Promise<unknown>): Promise<void> {
  const endsMs = performance.now() + abuseMs
  const isOver = (): boolean => performance.now() > endsMs
  const before = signer.readRssBytes()
  const abusing = abuse(isOver)
  const [waits, grown] = [[] as number[], [] as number[]]
  while (!isOver()) {
    waits.push(await callAsNeighbour())
    grown.push(signer.readRssBytes() - before)
  }
  await abusing
  expect(signer.isRunning).toBe(true)
  expect(Math.max(...waits)).toBeLessThan(maxWaitMs)
  expect(median(waits)).toBeLessThan(maxMedianMs)
  expect(Math.max(...grown)).toBeLessThan(maxGrowthBytes)
  await callAsNeighbour()
}

async function open(): Promise<Socket> {
  const socket = await openFrom(abuser, signer.port)
  clients.push(socket)
  return socket
}

async function logIn(): Promise<Client> {
  const client = await logInOver(await open())
  clients.push(client)
  return client
}

/** Does something again and again, many at once, and minds no failure. */
function repeat(parallel: number, isOver: () => boolean, act: () => Promise<unknown>): Promise<unknown> {
  const worker = async (): Promise<void> => {
    while (!isOver()) await Promise.all([act().catch(() => {}), pause(1)])
  }
  return Promise.all(Array.from({ length: parallel }, worker))
}

function closed(one: Client | Socket): Promise<void> {
  return new Promise((resolve) => one.once('close', () => resolve()))
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describeWith('ssh', 'harms nobody else, and fills no memory', () => {
  it('a caller who opens 1,500 connections and says nothing', async () => {
    await expectHarmless(() => Promise.all(Array.from({ length: 1500 }, open)))
  })

  it('a caller who sends his first line a byte at a time, 300 times at once', async () => {
    await expectHarmless(async (isOver) => {
      const sockets = await Promise.all(Array.from({ length: 300 }, open))
      while (!isOver()) {
        for (const socket of sockets) if (socket.writable) socket.write('S')
        await pause(50)
      }
    })
  })

  it('a caller who hangs up in the middle of everything, as fast as he can', async () => {
    await expectHarmless((isOver) =>
      repeat(4, isOver, async () => {
        const socket = await open()
        const client = await logInOver(socket)
        client.exec('kubemaster-1', () => {})
        await pause(Math.random() * 5)
        socket.resetAndDestroy()
      }),
    )
  })

  it('a caller who opens channel upon channel', async () => {
    await expectHarmless((isOver) =>
      repeat(2, isOver, async () => {
        const client = await logIn()
        const gone = closed(client)
        for (let count = 0; count < 1500 && !isOver(); count += 1) {
          client.exec('kubemaster-1', () => {})
          client.forwardOut('127.0.0.1', 9, '127.0.0.1', 9, () => {})
          if (count % 50 === 0) await pause(1)
        }
        client.end()
        await gone
      }),
    )
  })

  it('a caller who sends 20 MB where a CSR belongs', async () => {
    const input = 'A'.repeat(20 * 1024 * 1024)
    await expectHarmless((isOver) => repeat(2, isOver, async () => askWord(await logIn(), 'kubemaster-1', input)))
  })

  it('a caller who exchanges keys for ever', async () => {
    await expectHarmless((isOver) =>
      repeat(4, isOver, async () => {
        const client = await logIn()
        const gone = closed(client)
        const timer = setInterval(() => rekey(client), 2)
        await gone.finally(() => clearInterval(timer))
      }),
    )
  })

  it('a caller who asks without reading the answers', async () => {
    await expectHarmless((isOver) =>
      repeat(2, isOver, async () => {
        const socket = await open()
        const client = await logInOver(socket)
        socket.pause()
        const gone = closed(socket)
        while (!socket.destroyed && !isOver()) {
          for (let count = 0; count < 200; count += 1) ping(client)
          await pause(1)
        }
        socket.destroy()
        await gone
      }),
    )
  })
})

interface WireClient {
  readonly _protocol: { ping(): void; rekey(): void }
}

// Nothing in ssh2's own interface asks for either.
function rekey(client: Client): void {
  ;(client as unknown as WireClient)._protocol.rekey()
}

function ping(client: Client): void {
  ;(client as unknown as WireClient)._protocol.ping()
}
