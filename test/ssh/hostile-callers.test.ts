import { connect, type Socket } from 'node:net'
import ssh2, { type Client, type ClientChannel, type ConnectConfig } from 'ssh2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { version } from '../../src/core/version.ts'
import { type ScriptedSigner, startScriptedFront } from '../support/signer/test-signer.ts'

const limits = {
  loginTimeoutMs: 400,
  requestTimeoutMs: 1000,
  inputTimeoutMs: 300,
  lingerMs: 200,
  closeTimeoutMs: 500,
  maxConnections: 8,
  maxBusyConnections: 2,
  maxReceivedBytes: 64 * 1024,
}
const defects: unknown[] = []
const noteDefect = (error: unknown): void => void defects.push(error)

let test: ScriptedSigner

beforeAll(async () => {
  process.on('uncaughtException', noteDefect)
  process.on('unhandledRejection', noteDefect)
  test = await startScriptedFront(limits)
})
afterAll(async () => {
  await test.remove()
  process.off('uncaughtException', noteDefect)
  process.off('unhandledRejection', noteDefect)
})

/** Whatever a caller did before: nothing escaped, and the next one is served by the same process. */
async function expectServed(): Promise<void> {
  const client = await logIn()
  const { result } = await exec(client, 'get-certificate')
  expect(await result).toEqual({ stdout: 'CA certificate\n', status: 0 })
  client.end()
  expect(defects).toEqual([])
}

async function logIn(changes: ConnectConfig = {}): Promise<Client> {
  const client = new ssh2.Client()
  client.on('error', () => {})
  const place = { host: '127.0.0.1', port: test.port, username: 'signer', authHandler: ['none' as const] }
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve)
    client.once('close', () => reject(new Error('was not let in')))
    client.connect({ ...place, ...changes })
  })
  return client
}

interface Running {
  readonly channel: ClientChannel
  readonly result: Promise<{ readonly stdout: string; readonly status: number | undefined }>
}

function exec(client: Client, command: string): Promise<Running> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error !== undefined) reject(error)
      // The answer may have come in the same packet, so listeners must be there at once.
      else resolve({ channel, result: collectResult(channel) })
    })
  })
}

function collectResult(channel: ClientChannel): Running['result'] {
  let stdout = ''
  let status: number | undefined
  channel.on('error', () => {})
  channel.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  channel.on('exit', (code: number) => {
    status = code
  })
  return new Promise((resolve) => channel.on('close', () => resolve({ stdout, status })))
}

function closed(emitter: Client | Socket): Promise<void> {
  return new Promise((resolve) => emitter.once('close', () => resolve()))
}

function openSocket(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(test.port, '127.0.0.1', () => resolve(socket))
    socket.on('error', reject)
  })
}

/** The TCP connection below a client: for a caller who vanishes without a word. */
async function rawLogIn(): Promise<{ client: Client; sock: Socket }> {
  const sock = await openSocket()
  sock.on('error', () => {})
  return { client: await logIn({ sock }), sock }
}

describe('a caller who hangs up', () => {
  it.each([
    ['at once', (socket: Socket) => socket.destroy()],
    ['at once, with a reset', (socket: Socket) => socket.resetAndDestroy()],
    ['after half of its first line', (socket: Socket) => socket.write('SSH-2.0-', () => socket.destroy())],
    ['before the key exchange', (socket: Socket) => socket.write('SSH-2.0-x\r\n', () => socket.destroy())],
    ['after half a packet', (socket: Socket) => socket.write('SSH-2.0-x\r\n\0\0\x01', () => socket.resetAndDestroy())],
  ])('%s harms nobody', async (_when, hangUp) => {
    const socket = await openSocket()
    hangUp(socket)
    await closed(socket)
    await expectServed()
  })

  it.each([
    ['after logging in', async () => {}],
    ['with a session open', async (client: Client) => void (await exec(client, 'kubemaster-1'))],
    ['with its command just sent', async (client: Client) => client.exec('kubemaster-1', () => {})],
    [
      'in the middle of its input',
      async (client: Client) => void (await exec(client, 'kubemaster-1')).channel.write('TUlJ'),
    ],
    [
      'while it is being answered',
      async (client: Client) => void (await exec(client, 'kubemaster-1')).channel.end('MAA='),
    ],
    ['after asking for a long answer', async (client: Client) => void (await exec(client, 'help'))],
  ])('%s harms nobody', async (_when, act) => {
    for (const how of ['destroy', 'resetAndDestroy', 'end'] as const) {
      const { client, sock } = await rawLogIn()
      await act(client)
      sock[how]()
      await closed(sock)
    }
    await expectServed()
  })

  it('in the middle of a CSR has nothing signed', async () => {
    const before = test.authority.requests.length
    const { client, sock } = await rawLogIn()
    const { channel } = await exec(client, 'kubemaster-1')
    channel.write('MAA=')
    // Long enough for the bytes to be read, and the end of the connection to be taken for the end of the input.
    await new Promise((resolve) => setTimeout(resolve, 50))
    sock.destroy()
    await closed(sock)
    await expectServed()
    expect(test.authority.requests.slice(before)).toEqual([])
  })

  it('while the authority works on its answer harms nobody', async () => {
    const { respond } = test.authority
    const { client, sock } = await rawLogIn()
    test.authority.respond = (request, socket) => {
      sock.resetAndDestroy()
      setTimeout(() => respond(request, socket), 50)
    }
    const { channel } = await exec(client, 'kubemaster-1')
    channel.end('MAA=')
    await closed(sock)
    await new Promise((resolve) => setTimeout(resolve, 100))
    test.authority.respond = respond
    await expectServed()
  })
})

describe('a caller who wastes time', () => {
  it('is shown the version, and cut off when it never says a word', async () => {
    const socket = await openSocket()
    let heard = ''
    socket.on('data', (chunk) => {
      heard += chunk.toString()
    })
    await closed(socket)
    expect(heard).toBe(`SSH-2.0-Signet_${version}\r\n`)
    await expectServed()
  })

  it('is cut off when it sends its first line byte by byte', async () => {
    const socket = await openSocket()
    const timer = setInterval(() => socket.writable && socket.write('S'), 20)
    await closed(socket)
    clearInterval(timer)
    await expectServed()
  })

  it('is cut off when its first line goes on for more than 255 bytes, before its time is up', async () => {
    const socket = await openSocket()
    const gone = closed(socket)
    const timer = setInterval(() => socket.writable && socket.write('\r'.repeat(100)), 5)
    await gone
    clearInterval(timer)
    expect(reasons()).toContain('its first line is too long')
    await expectServed()
  })

  it('is cut off when it logs in and asks nothing', async () => {
    await closed(await logIn())
    await expectServed()
  })

  it('is cut off when it opens a session without a command', async () => {
    const client = await logIn()
    client.subsys('nothing', () => {})
    await closed(client)
    await expectServed()
  })

  it('is cut off when it exchanges keys again and again', async () => {
    const client = await logIn()
    const timer = setInterval(() => wire(client).rekey(), 5)
    await closed(client)
    clearInterval(timer)
    expect(reasons()).toContain('exchanges keys again and again')
    await expectServed()
  })

  it('is answered 75 when its answer takes too long', async () => {
    const { respond } = test.authority
    test.authority.respond = () => {}
    const client = await logIn()
    const { result } = await exec(client, 'get-status')
    expect(await result).toEqual({ stdout: '', status: 75 })
    client.end()
    test.authority.respond = respond
    await expectServed()
  })

  it('is cut off when it takes its answer and stays', async () => {
    const client = await logIn()
    await (await exec(client, 'get-certificate')).result
    await closed(client)
    await expectServed()
  })
})

describe('a caller who wants too much', () => {
  it.each([
    ['garbage', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['zeros', Buffer.alloc(100_000)],
    ['a version and garbage', Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(40_000, 0xff)])],
    ['SSH 1', Buffer.from('SSH-1.0-old\r\n')],
    ['a line without an end', Buffer.alloc(200_000, 'A')],
  ])('by sending %s is cut off', async (_what, bytes) => {
    const socket = await openSocket()
    socket.on('data', () => {})
    socket.removeAllListeners('error')
    socket.on('error', () => {})
    socket.write(bytes)
    await closed(socket)
    await expectServed()
  })

  it('gets no second session', async () => {
    const client = await logIn()
    await exec(client, 'kubemaster-1')
    await expect(exec(client, 'get-certificate')).rejects.toThrow(/Channel open failure/)
    client.end()
    await expectServed()
  })

  it('gets no second command in its session', async () => {
    const client = await logIn()
    const before = test.calls.length
    const { channel, result } = await exec(client, 'kubemaster-1')
    // Nothing in ssh2's own interface sends such a thing.
    sendExec(client, channel, 'get-certificate')
    channel.end('MAA=')
    expect(await result).toEqual({ stdout: 'certificate for kubemaster-1\n', status: 0 })
    expect(test.calls.slice(before).map(({ command }) => command)).toEqual(['kubemaster-1'])
    client.end()
    await expectServed()
  })

  it('is let in with no other user or method', async () => {
    const password = { password: 'secret', authHandler: ['password' as const] }
    const { private: privateKey } = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 })
    for (const changes of [
      { username: 'root' },
      { username: 'signer\0root' },
      password,
      { ...password, username: 'root' },
      { privateKey, authHandler: ['publickey' as const] },
      { tryKeyboard: true, authHandler: ['keyboard-interactive' as const] },
    ]) {
      await expect(logIn(changes)).rejects.toThrow('was not let in')
    }
    await expectServed()
  })

  it('is told to try again later when every place is taken, and hung up on when even those for that are', async () => {
    const sockets = await Promise.all(Array.from({ length: limits.maxConnections }, openSocket))
    const allClosed = Promise.all(sockets.map((socket) => closed(socket.resume())))
    const before = test.calls.length
    const client = await logIn()
    const tooMany = await openSocket()
    let heard = ''
    tooMany.on('data', (chunk) => {
      heard += chunk.toString()
    })
    await closed(tooMany)
    expect(heard).toMatch(/^signet: error: too many connections \[try-later, status 75\]\r\nsignet: hint: .+\r\n$/)
    expect(await (await exec(client, 'kubemaster-1')).result).toEqual({ stdout: '', status: 75 })
    client.end()
    expect(test.calls.slice(before)).toEqual([])
    await allClosed
    await expectServed()
  })

  it('by asking without reading the replies is cut off', async () => {
    const { client, sock } = await rawLogIn()
    sock.pause()
    const timer = setInterval(() => {
      for (let count = 0; count < 500 && sock.writable; count += 1) wire(client).ping()
    }, 1)
    await closed(sock)
    clearInterval(timer)
    expect(reasons()).toContain('sent too much, or does not read')
    await expectServed()
  })

  it('offers only what we would use', async () => {
    for (const algorithms of [
      { kex: ['diffie-hellman-group14-sha256' as const] },
      { hmac: ['hmac-sha1' as const], cipher: ['aes128-ctr' as const] },
      { cipher: ['aes128-cbc' as const] },
      { compress: ['zlib' as const] },
    ]) {
      await expect(logIn({ algorithms })).rejects.toThrow('was not let in')
    }
    await expectServed()
  })
})

it('finishes what runs and takes nobody new when it is told to close', async () => {
  const other = await startScriptedFront(limits)
  const { respond } = other.authority
  const client = new ssh2.Client()
  client.on('error', () => {})
  await new Promise<void>((resolve) => {
    client.once('ready', resolve)
    client.connect({ host: '127.0.0.1', port: other.port, username: 'signer', authHandler: ['none'] })
  })
  const idle = connect(other.port, '127.0.0.1')
  idle.on('error', () => {})
  const idleClosed = closed(idle.resume())
  const asked = new Promise<() => void>((resolve) => {
    other.authority.respond = (request, socket) => resolve(() => respond(request, socket))
  })
  const { channel, result } = await exec(client, 'kubemaster-1')
  channel.end('MAA=')
  const release = await asked
  const stopping = other.stop()
  await idleClosed
  release()
  expect(await result).toEqual({ stdout: 'certificate for kubemaster-1\n', status: 0 })
  client.end()
  await stopping
  await other.remove()
})

function reasons(): unknown[] {
  return test.lines.map(({ fields }) => fields['reason'])
}

interface WireClient {
  readonly _protocol: { exec(id: number, command: string, wantReply: boolean): void; ping(): void; rekey(): void }
}

function wire(client: Client): WireClient['_protocol'] {
  return (client as unknown as WireClient)._protocol
}

function sendExec(client: Client, channel: ClientChannel, command: string): void {
  wire(client).exec((channel as unknown as { outgoing: { id: number } }).outgoing.id, command, true)
}
