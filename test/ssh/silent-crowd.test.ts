import { connect, type Socket } from 'node:net'
import type { Client, ClientChannel } from 'ssh2'
import { afterEach, expect, it } from 'vitest'
import { describeWith } from '../support/shell/external-program.ts'
import { type ScriptedSigner, startScriptedFront } from '../support/signer/test-signer.ts'
import { logInOver, openFrom } from '../support/ssh/ssh2-caller.ts'

// Many addresses inside the networks, one connection of each: no limit by address bounds them.
const crowd = 512
const maxWaitMs = 5000
const limits = { closeTimeoutMs: 200, minSilenceMs: 500 }

let test: ScriptedSigner
const open: { destroy(): unknown }[] = []

afterEach(async () => {
  for (const one of open.splice(0)) one.destroy()
  await test.remove()
})

const addressOf = (index: number): string => `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`

async function openCrowd(count: number, act: (socket: Socket) => Promise<unknown> | undefined): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const socket = await openFrom(addressOf(index), test.port)
      open.push(socket)
      await act(socket.resume())
    }),
  )
}

/** Opens a connection, and again whenever it ends. */
function insist(localAddress: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port: test.port, host: '127.0.0.1', localAddress }, resolve)
    open.push(socket)
    socket.on('error', () => {}).resume()
    socket.once('close', () => open.includes(socket) && void insist(localAddress))
  })
}

async function expectAnswered(): Promise<void> {
  const startedMs = performance.now()
  const { status, stdout } = await test.ssh(['get-certificate'], { flags: ['-b', '127.0.0.2'] })
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'CA certificate\n' })
  expect(performance.now() - startedMs).toBeLessThan(maxWaitMs)
}

function reasons(): unknown[] {
  return test.lines.map(({ fields }) => fields['reason'])
}

describeWith('ssh', 'whoever has something to ask is answered in spite of', () => {
  it('512 silent callers from as many addresses', async () => {
    test = await startScriptedFront(limits, { networks: ['127.0.0.0/8'] })
    await openCrowd(crowd, () => undefined)
    await expectAnswered()
    expect(reasons()).toContain('said nothing while others waited')
  })

  it('512 silent callers who come again whenever they are sent away', async () => {
    test = await startScriptedFront(limits, { networks: ['127.0.0.0/8'] })
    await Promise.all(Array.from({ length: crowd }, (_, index) => insist(addressOf(index))))
    for (let count = 0; count < 3; count += 1) await expectAnswered()
  })

  it('callers who send a byte now and then', async () => {
    test = await startScriptedFront({ ...limits, maxServed: 8 }, { networks: ['127.0.0.0/8'] })
    const sockets: Socket[] = []
    await openCrowd(16, (socket) => void sockets.push(socket))
    const timer = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write('S')
    }, 20)
    await expectAnswered().finally(() => clearInterval(timer))
  })

  it.each<[string, (client: Client) => unknown]>([
    ['ask nothing', () => {}],
    ['ask for a certificate and send no CSR', (client) => client.exec('kubemaster-1', () => {})],
    ['open a session and give no command', (client) => client.subsys('nothing', () => {})],
  ])('callers who log in and %s', async (_what, act) => {
    test = await startScriptedFront({ ...limits, maxServed: 8 }, { networks: ['127.0.0.0/8'] })
    await openCrowd(8, async (socket) => {
      const client = await logInOver(socket)
      open.push(client)
      act(client)
    })
    await expectAnswered()
  })

  it('nobody: where there are places, silence costs none', async () => {
    test = await startScriptedFront({ ...limits, maxServed: 8, minSilenceMs: 1 }, { networks: ['127.0.0.0/8'] })
    await openCrowd(7, () => undefined)
    await expectAnswered()
    expect(reasons()).not.toContain('said nothing while others waited')
  })
})

it('a caller whose answer takes long is not sent away, and one whose CSR does not come is told to try again', async () => {
  test = await startScriptedFront({ ...limits, maxServed: 2, minSilenceMs: 200 }, { networks: ['127.0.0.0/8'] })
  const { respond } = test.authority
  const asked = new Promise<() => void>((resolve) => {
    test.authority.respond = (request, socket) => resolve(() => respond(request, socket))
  })
  const ask = (address: string, word: string, input?: string) => test.ssh([word], { flags: ['-b', address], input })
  const patient = ask('127.0.0.3', 'kubemaster-1', 'MAA=')
  const release = await asked
  const silent = await logInOver(await openFrom('127.0.0.4', test.port))
  open.push(silent)
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    silent.exec('kubemaster-2', (error, opened) => (error === undefined ? resolve(opened) : reject(error)))
  })
  const told = new Promise((resolve) => channel.on('exit', resolve).resume())
  await expectAnswered()
  expect(await told).toBe(75)
  release()
  expect(await patient).toMatchObject({ status: 0, stdout: 'certificate for kubemaster-1\n' })
})
