import { connect, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { describeWith } from '../support/shell/external-program.ts'
import type { ClientResult } from '../support/shell/run-client.ts'
import { type ScriptedSigner, startScriptedFront, type TestSignerOptions } from '../support/signer/test-signer.ts'

const networks = ['127.0.0.0/8']
const limits = {
  maxServed: 8,
  maxConnections: 400,
  maxConnectionsPerSource: 300,
  maxBusyConnections: 60,
  closeTimeoutMs: 500,
}

let test: ScriptedSigner | undefined
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await test?.remove()
  test = undefined
})

async function start(options: TestSignerOptions): Promise<ScriptedSigner> {
  test = await startScriptedFront(limits, options)
  return test
}

function openSilent(front: ScriptedSigner, localAddress: string, count: number): Promise<readonly Socket[]> {
  return Promise.all(
    Array.from({ length: count }, () => {
      return new Promise<Socket>((resolve, reject) => {
        const socket = connect({ port: front.port, host: '127.0.0.1', localAddress }, () => resolve(socket))
        socket.once('error', reject)
        sockets.push(socket)
      })
    }),
  )
}

async function timeCall(front: ScriptedSigner, address: string): Promise<ClientResult & { readonly ms: number }> {
  const startedMs = performance.now()
  const result = await front.ssh(['get-certificate'], { flags: ['-b', address] })
  return { ...result, ms: performance.now() - startedMs }
}

describeWith('ssh', 'one noisy neighbour', () => {
  it('who holds every connection he can get and says nothing keeps nobody waiting', async () => {
    const front = await start({ networks })
    await openSilent(front, '127.0.0.9', limits.maxConnectionsPerSource)
    for (const address of ['127.0.0.2', '127.0.0.3']) {
      const { status, ms } = await timeCall(front, address)
      expect(status).toBe(0)
      // The places of the silent would be free after ten seconds.
      expect(ms).toBeLessThan(4000)
    }
  })

  it('who has taken all of his connections is answered 75 and when to try again, and he alone', async () => {
    const front = await start({ networks })
    await openSilent(front, '127.0.0.9', limits.maxConnectionsPerSource)
    const refused = await timeCall(front, '127.0.0.9')
    expect(refused).toMatchObject({
      status: 75,
      stdout: '',
      stderr: 'signet: error: too many connections at once [try-later, status 75]\nsignet: hint: try again in 10 s\n',
    })
    expect(front.calls).toEqual([])
    expect((await timeCall(front, '127.0.0.2')).status).toBe(0)
    expect(front.lines).toContainEqual({
      level: 'warn',
      event: 'too many connections',
      fields: { kind: 'connections', address: '127.0.0.9' },
    })
  })

  it('who takes all places for being told so as well is hung up on, and he alone', async () => {
    const front = await start({ networks })
    await openSilent(front, '127.0.0.9', limits.maxConnectionsPerSource + limits.maxBusyConnections / 2)
    expect((await timeCall(front, '127.0.0.9')).status).toBe(255)
    expect((await timeCall(front, '127.0.0.2')).status).toBe(0)
  })

  it('and a second one, who together take every connection there is, keep nobody else out', async () => {
    const front = await start({ networks })
    await openSilent(front, '127.0.0.9', limits.maxConnectionsPerSource + limits.maxBusyConnections)
    await openSilent(front, '127.0.0.8', limits.maxConnectionsPerSource + limits.maxBusyConnections)
    for (const address of ['127.0.0.2', '127.0.0.3']) {
      const { status, ms } = await timeCall(front, address)
      expect(status).toBe(0)
      expect(ms).toBeLessThan(4000)
    }
  })

  it('whose many connections wait is told to try again for some of them, where others have none', async () => {
    const front = await start({ networks })
    const many = await openSilent(front, '127.0.0.9', limits.maxConnectionsPerSource)
    await openSilent(front, '127.0.0.8', limits.maxConnections - limits.maxConnectionsPerSource)
    const heard = new Promise((resolve) => many.at(-1)?.once('data', (chunk: Buffer) => resolve(chunk.toString())))
    await openSilent(front, '127.0.0.7', 1)
    expect(await heard).toMatch(/^signet: error: too many connections/)
  })

  it('who asks too often is answered 75 and when to try again, and he alone', async () => {
    const front = await start({ networks, requests: { requestsPerMinute: 3 } })
    for (const _ of [1, 2, 3]) expect((await timeCall(front, '127.0.0.9')).status).toBe(0)
    const refused = await timeCall(front, '127.0.0.9')
    expect(refused).toMatchObject({ status: 75, stdout: '' })
    expect(refused.stderr).toMatch(
      /^signet: error: too many requests from 127\.0\.0\.9 \[try-later, status 75\]\nsignet: hint: try again in (1?[0-9]|20) s\n$/,
    )
    expect((await timeCall(front, '127.0.0.2')).status).toBe(0)
  })

  it('who asks in the name of a master does not lock that master out', async () => {
    const front = await start({ networks, requests: { requestsPerMinute: 1 } })
    const ask = (address: string) => front.ssh(['kubemaster-1'], { flags: ['-b', address], input: 'MAA=' })
    expect([(await ask('127.0.0.9')).status, (await ask('127.0.0.9')).status]).toEqual([0, 75])
    expect((await ask('127.0.0.2')).status).toBe(0)
  })

  it('who calls with many clients at once is served too: calls over the places wait, none fails', async () => {
    const front = await start({ networks })
    const calls = Array.from({ length: 60 }, () => timeCall(front, '127.0.0.9'))
    const others = await timeCall(front, '127.0.0.2')
    const statuses = (await Promise.all(calls)).map(({ status }) => status)
    expect(others.status).toBe(0)
    expect(new Set(statuses)).toEqual(new Set([0]))
  }, 60_000)
})
