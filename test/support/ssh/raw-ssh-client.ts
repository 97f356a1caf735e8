import {
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  verify,
} from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { encryptedForm, type PacketForm, plainForm } from './ssh-packets.ts'
import { readWireStrings, wireMpint, wireString, wireUint32 } from './wire-types.ts'

const ident = 'SSH-2.0-raw'
const x25519Prefix = Buffer.from('302a300506032b656e032100', 'hex')
const ed25519Prefix = Buffer.from('302a300506032b6570032100', 'hex')

export const message = { ignore: 2, unimplemented: 3, debug: 4, kexInit: 20, newKeys: 21, ecdhInit: 30, ecdhReply: 31 }

/** A client that keeps to no order of messages but its test's: what stock clients never send, it sends. */
export class RawSshClient {
  readonly #socket: Socket
  #bytes: Buffer = Buffer.alloc(0)
  #wake: () => void = () => {}
  #serverIdent = ''
  #ownInit: Buffer = Buffer.alloc(0)
  #serverInit: Buffer = Buffer.alloc(0)
  #keys: KeyObject | undefined
  readonly #out = { form: plainForm, sequence: 0 }
  readonly #in = { form: plainForm, sequence: 0 }
  #next: { readonly out: PacketForm; readonly in: PacketForm } | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk])
      this.#wake()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#wake())
  }

  /** Connects, and exchanges the first lines. */
  static async open(port: number): Promise<RawSshClient> {
    const client = new RawSshClient(connect(port, '127.0.0.1'))
    client.#socket.write(`${ident}\r\n`)
    await client.#until(() => client.#bytes.includes('\r\n'))
    const end = client.#bytes.indexOf('\r\n')
    client.#serverIdent = client.#bytes.subarray(0, end).toString()
    client.#bytes = client.#bytes.subarray(end + 2)
    return client
  }

  /** The number that the next packet from here has. */
  set sequence(value: number) {
    this.#out.sequence = value
  }

  get sequence(): number {
    return this.#out.sequence
  }

  send(payload: Buffer): void {
    const { form, sequence } = this.#out
    if (this.#socket.writable) this.#socket.write(form.seal(payload, sequence))
    this.#out.sequence = (sequence + 1) % 2 ** 32
  }

  /** The next message, or undefined where the server has hung up. */
  async receive(): Promise<Buffer | undefined> {
    const { form, sequence } = this.#in
    let opened: ReturnType<PacketForm['open']>
    await this.#until(() => {
      opened = form.open(this.#bytes, sequence)
      return opened !== undefined
    })
    if (opened === undefined) return undefined
    this.#bytes = this.#bytes.subarray(opened.length)
    this.#in.sequence = sequence + 1
    return opened.payload
  }

  /** Whether the server hangs up, whatever it sends before. */
  async isCutOff(): Promise<boolean> {
    await this.#until(() => false)
    return this.#socket.destroyed
  }

  sendKexInit(kex: readonly string[]): void {
    const lists = [kex, ['ssh-ed25519'], cipher, cipher, mac, mac, ['none'], ['none'], [], []]
    const names = lists.map((list) => wireString(list.join(',')))
    this.#ownInit = Buffer.concat([Buffer.of(message.kexInit), randomBytes(16), ...names, Buffer.of(0), wireUint32(0)])
    this.send(this.#ownInit)
  }

  sendEcdhInit(): void {
    const { privateKey, publicKey } = generateKeyPairSync('x25519')
    this.#keys = privateKey
    this.send(Buffer.concat([Buffer.of(message.ecdhInit), wireString(rawKey(publicKey))]))
  }

  /** Reads the server's KEXINIT, reply and NEWKEYS, and checks its signature; false where it hangs up before. */
  async readExchange(): Promise<boolean> {
    const init = await this.receive()
    if (init?.[0] !== message.kexInit) return false
    this.#serverInit = init
    const reply = await this.receive()
    if (reply?.[0] !== message.ecdhReply) return false
    this.#derive(reply)
    return (await this.receive())?.[0] === message.newKeys
  }

  /** Sends NEWKEYS; from here on both directions are encrypted, with sequence numbers from 0 where they are reset. */
  sendNewKeys({ reset }: { readonly reset: boolean }): void {
    this.send(Buffer.of(message.newKeys))
    if (this.#next === undefined) throw new Error('there was no exchange')
    this.#out.form = this.#next.out
    this.#in.form = this.#next.in
    if (reset) [this.#out.sequence, this.#in.sequence] = [0, 0]
  }

  close(): void {
    this.#socket.destroy()
  }

  // RFC 5656 section 4, RFC 8731, RFC 4253 section 7.2.
  #derive(reply: Buffer): void {
    const [hostKey, serverKey, signature] = readWireStrings(reply, 1, 3)
    if (hostKey === undefined || serverKey === undefined || signature === undefined || this.#keys === undefined)
      throw new Error('no exchange')
    const publicKey = createPublicKey({ key: Buffer.concat([x25519Prefix, serverKey]), format: 'der', type: 'spki' })
    const secret = wireMpint(diffieHellman({ privateKey: this.#keys, publicKey }))
    const own = rawKey(createPublicKey(this.#keys))
    const inits = [ident, this.#serverIdent, this.#ownInit, this.#serverInit, hostKey, own, serverKey]
    const hash = sha256(...inits.map(wireString), secret)
    const [, key] = readWireStrings(hostKey, 0, 2)
    const [, bytes] = readWireStrings(signature, 0, 2)
    const host = createPublicKey({ key: Buffer.concat([ed25519Prefix, key ?? own]), format: 'der', type: 'spki' })
    if (!verify(null, hash, host, bytes ?? own)) throw new Error('the signature of the host key is wrong')
    const derive = (letter: string): Buffer => sha256(secret, hash, Buffer.from(letter), hash)
    const keysOf = (iv: string, cipherKey: string, macKey: string) =>
      encryptedForm({
        iv: derive(iv).subarray(0, 16),
        key: derive(cipherKey).subarray(0, 16),
        macKey: derive(macKey),
      })
    this.#next = { out: keysOf('A', 'C', 'E'), in: keysOf('B', 'D', 'F') }
  }

  async #until(isDone: () => boolean): Promise<void> {
    while (!isDone() && !this.#socket.destroyed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

const cipher = ['aes128-ctr']
const mac = ['hmac-sha2-256-etm@openssh.com']

function rawKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(-32)
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
