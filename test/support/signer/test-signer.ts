import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type ServerChannel } from 'ssh2'
import type { AuthorityContext } from '../../../src/authority/authority-context.ts'
import type { Clock } from '../../../src/core/clock.ts'
import { answerCall } from '../../../src/endpoint/answer-call.ts'
import type { Call } from '../../../src/endpoint/call.ts'
import { type EmbeddedFront, startEmbeddedFront } from '../../../src/endpoint/ssh-front/embedded-front.ts'
import { ensureHostKey } from '../../../src/endpoint/ssh-front/host-key.ts'
import { AuthorityClient } from '../../../src/endpoint/upstream/authority-client.ts'
import { createNetworkPolicy } from '../../../src/host/net/network-policy.ts'
import { certificatePin } from '../../../src/x509/certificate-pin.ts'
import { parsePem } from '../../../src/x509/pem.ts'
import { defaultEmbeddedLimits } from './default-limits.ts'
import { createFakePorts } from './endpoint-ports.ts'
import { AuthorityFixture } from './test-authority.ts'

export interface TestSignerChange {
  readonly ca?: AuthorityFixture['ca']
  readonly clock?: Clock
  readonly lifetimes?: AuthorityContext['lifetimes']
}

/** A real authority and the embedded front in this process; only etcd behind them is none. */
export class TestSigner {
  readonly authority = new AuthorityFixture()
  readonly #change: TestSignerChange
  /** The commands that were asked. */
  readonly calls: Call[] = []
  /** CAs, PEM, that the signer's file holds before its own. */
  otherCaPems: readonly string[] = []
  /** What etcd is to answer. */
  peers = 'https://127.0.0.1:2379\n'
  #front: EmbeddedFront | undefined
  #client: AuthorityClient | undefined

  constructor(change: TestSignerChange = {}) {
    this.#change = change
  }

  get port(): number {
    return this.#front?.port ?? 0
  }

  get caPem(): string {
    return (this.#change.ca ?? this.authority.ca).pem
  }

  /** Starts, or starts again: on the port it had, and with a host key of another name where one is given. */
  async start(hostKeyName = 'host-key'): Promise<void> {
    // Tests set the clock back from one to the next.
    const { authority } = this
    const { ca = authority.ca, clock = authority.clock, lifetimes } = this.#change
    await authority.start({ clockPolicy: 'trust', authority: ca, clock, ...(lifetimes && { lifetimes }) })
    const { directory, socketPath } = authority
    const client = new AuthorityClient({ socketPath })
    const isAllowed = createNetworkPolicy(['127.0.0.0/8'])
    const { ports } = createFakePorts({
      isAllowed,
      authority: client,
      clock,
      readCaCertificates: async () => [...this.otherCaPems, this.caPem].map(describeCa),
      etcd: {
        readPeers: async () => this.peers,
        readTopology: async () => '',
        readListedAddresses: async () => ['127.0.0.1'],
      },
    })
    this.#client = client
    this.#front = await startEmbeddedFront({
      address: '127.0.0.1',
      port: this.port,
      hostKey: await ensureHostKey(join(directory, hostKeyName)),
      answer: (call) => {
        this.calls.push(call)
        return answerCall(call, ports)
      },
      isAllowed,
      refusals: ports.refusals,
      limits: defaultEmbeddedLimits,
    })
  }

  async stop(): Promise<void> {
    await this.#front?.close()
    this.#client?.close()
    await this.authority.stop()
  }

  remove(): void {
    this.authority.remove()
  }
}

function describeCa(pem: string): { readonly pem: string; readonly pin: string } {
  return { pem, pin: certificatePin(parsePem(pem, 'CERTIFICATE')) }
}

/** What a scripted signer does with one word. */
export interface ScriptedAnswer {
  readonly stdout?: string
  readonly stderr?: string
  readonly status?: number
  /** Neither answers nor closes. */
  readonly silent?: boolean
}

type ScriptedAnswerer = (word: string, input: string) => ScriptedAnswer | Promise<ScriptedAnswer>

export interface ScriptedSigner {
  readonly port: number
  stop(): Promise<void>
}

/** An SSH server that lets `signer` in and answers whatever a test wants. */
export async function startScriptedSigner(answer: ScriptedAnswerer, banner?: string): Promise<ScriptedSigner> {
  const directory = mkdtempSync(join(tmpdir(), 'signet-scripted-'))
  const hostKeys = [await ensureHostKey(join(directory, 'key'))]
  const clients = new Set<ssh2.Connection>()
  const server = new ssh2.Server(banner === undefined ? { hostKeys } : { hostKeys, banner }, (client) => {
    clients.add(client)
    client.on('error', () => {}).on('close', () => clients.delete(client))
    client.on('authentication', (attempt) => attempt.accept())
    client.on('session', (accept) => {
      const session = accept()
      session.on('exec', (acceptExec, _, { command }) => respond(acceptExec(), command, answer))
    })
  })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(portOf(server.address())))
  })
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(() => resolve(undefined)))
    for (const client of clients) client.end()
    await closed
    rmSync(directory, { recursive: true, force: true })
  }
  return { port, stop }
}

function portOf(bound: ReturnType<ssh2.Server['address']>): number {
  return typeof bound === 'object' && bound !== null ? bound.port : 0
}

function respond(channel: ServerChannel, word: string, answer: ScriptedAnswerer): void {
  const chunks: Buffer[] = []
  channel.on('error', () => {})
  channel.stderr.on('error', () => {})
  channel.on('data', (chunk: Buffer) => chunks.push(chunk))
  channel.on('end', async () => {
    const given = await answer(word, Buffer.concat(chunks).toString('latin1'))
    const { stdout = '', stderr = '', status = 0, silent } = given
    if (silent === true) return
    channel.stderr.write(stderr)
    channel.write(stdout, () => {
      channel.exit(status)
      channel.end()
    })
  })
}
