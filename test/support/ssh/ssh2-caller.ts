import { connect, type Socket } from 'node:net'
import ssh2, { type Client } from 'ssh2'

/** A TCP connection from one of this machine's many addresses. */
export function openFrom(localAddress: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress }, () => resolve(socket))
    socket.once('error', reject)
    socket.on('error', () => socket.destroy())
  })
}

/** Logs in as the account `signer` over a connection. Rejects where it is not let in. */
export function logInOver(sock: Socket): Promise<Client> {
  const client = new ssh2.Client()
  client.on('error', () => {})
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client))
    client.once('close', () => reject(new Error('was not let in')))
    client.connect({ sock, username: 'signer', authHandler: ['none'] })
  })
}

export interface WordResult {
  readonly status: number | undefined
  readonly stdout: string
}

/** Asks one word over a connection that is logged in. */
export function askWord(client: Client, word: string, input = ''): Promise<WordResult> {
  return new Promise((resolve, reject) => {
    let [stdout, status] = ['', undefined as number | undefined]
    client.once('close', () => resolve({ status, stdout }))
    client.exec(word, (error, channel) => {
      if (error !== undefined) return reject(error)
      channel.on('error', () => {})
      channel.on('data', (chunk: Buffer) => {
        stdout += chunk.toString()
      })
      channel.stderr.resume()
      channel.on('exit', (code: number) => {
        status = code
      })
      channel.on('close', () => client.end())
      channel.end(input)
    })
  })
}
