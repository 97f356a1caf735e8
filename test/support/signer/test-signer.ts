import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import {
  type EmbeddedLimits,
  planRequestLimits,
  type RequestLimits,
} from '../../../src/endpoint/admission/front-limits.ts'
import { RequestLimiter } from '../../../src/endpoint/admission/request-limiter.ts'
import { answerCall } from '../../../src/endpoint/answer-call.ts'
import type { Answer, Call } from '../../../src/endpoint/call.ts'
import type { EndpointWorld } from '../../../src/endpoint/endpoint-world.ts'
import { type EmbeddedFront, startEmbeddedFront } from '../../../src/endpoint/ssh-front/embedded-front.ts'
import { ensureHostKey } from '../../../src/endpoint/ssh-front/host-key.ts'
import { AuthorityClient } from '../../../src/endpoint/upstream/authority-client.ts'
import { createNetworkPolicy } from '../../../src/host/net/network-policy.ts'
import { certificatePin } from '../../../src/x509/certificate-pin.ts'
import { parsePem } from '../../../src/x509/pem.ts'
import { type ClientInput, type ClientResult, runClient } from '../shell/run-client.ts'
import { defaultEmbeddedLimits, defaultSettings } from './default-limits.ts'
import { createFakeWorld, type LoggedLine } from './fake-endpoint-world.ts'
import { ScriptedAuthority } from './scripted-authority.ts'
import { sshFlags } from './ssh-flags.ts'
import type { TestAuthority } from './test-authority.ts'

export interface TestSignerOptions {
  readonly networks?: readonly string[]
  readonly limits?: Partial<EmbeddedLimits>
  readonly requests?: Partial<RequestLimits>
}

/** What a signer does with one word where a test answers in its place. */
export interface ScriptedAnswer {
  readonly stdout?: string
  readonly stderr?: string
  readonly status?: number
  /** Neither answers nor closes. */
  readonly silent?: boolean
}

type Script = (word: string, input: string) => ScriptedAnswer | Promise<ScriptedAnswer>

/** The endpoint with its embedded front in this process, before an authority that is real or scripted; no etcd behind it. */
export class TestSigner<Authority extends TestAuthority | ScriptedAuthority = TestAuthority> {
  readonly authority: Authority
  /** The calls that reached the endpoint. */
  readonly calls: Call[] = []
  /** What the endpoint has logged. */
  lines: readonly LoggedLine[] = []
  /** CAs, PEM, that the signer's file holds before its own. */
  otherCaPems: readonly string[] = []
  /** What etcd is to answer. */
  clusterVersion: string | undefined
  peers = 'https://127.0.0.1:2379\n'
  /** Answers every word in the endpoint's place. */
  script: Script | undefined
  readonly #options: TestSignerOptions
  readonly #directory = mkdtempSync(join(tmpdir(), 'signet-signer-'))
  #front: EmbeddedFront | undefined
  #client: AuthorityClient | undefined
  #hostKey = ''

  constructor(authority: Authority, options: TestSignerOptions = {}) {
    this.authority = authority
    this.#options = options
  }

  get port(): number {
    return this.#front?.port ?? 0
  }

  get caPem(): string {
    return this.authority.ca.pem
  }

  /** Of the host key, as OpenSSH and PuTTY write it. */
  get fingerprint(): string {
    const key = ssh2.utils.parseKey(this.#hostKey)
    if (key instanceof Error) throw key
    return `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`
  }

  /** Starts, or starts again: on the port it had, and with a host key of another name where one is given. */
  async start(hostKeyName = 'host-key'): Promise<void> {
    await this.authority.start()
    this.#client = new AuthorityClient({ socketPath: this.authority.socketPath })
    const { world, lines } = this.#createWorld(this.#client)
    this.lines = lines
    this.#hostKey = await ensureHostKey(join(this.#directory, hostKeyName))
    const { isAllowed, refusals } = world
    const [address, port, hostKey] = ['127.0.0.1', this.port, this.#hostKey]
    const limits = { ...defaultEmbeddedLimits, ...this.#options.limits }
    const answer = (call: Call): Promise<Answer> => this.#answer(call, world)
    this.#front = await startEmbeddedFront({ address, port, hostKey, answer, isAllowed, refusals, limits })
  }

  /** Ends as a signer that is told to: whoever is being answered is answered. */
  async stop(): Promise<void> {
    await this.#front?.close()
    this.#client?.close()
    await this.authority.stop()
  }

  /** Stops it and removes its files. */
  async remove(): Promise<void> {
    await this.stop()
    await this.authority.remove()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  /** Runs the stock `ssh` with these arguments behind the host's name. */
  ssh(
    args: readonly string[],
    options: ClientInput & { readonly flags?: readonly string[] } = {},
  ): Promise<ClientResult> {
    const { flags = [], ...input } = options
    // Of two settings ssh takes the first.
    return runClient('ssh', [...flags, ...sshFlags(this.port), 'signer@127.0.0.1', ...args], input)
  }

  #createWorld(client: AuthorityClient) {
    const { networks = ['127.0.0.0/8'], requests = {} } = this.#options
    return createFakeWorld({
      isAllowed: createNetworkPolicy(networks),
      networks,
      requests: new RequestLimiter({ ...planRequestLimits(defaultSettings), ...requests }),
      authority: client,
      clock: this.authority.time,
      readCaCertificates: async () => [...this.otherCaPems.map(describeCa), this.authority.ca],
      etcd: {
        readPeers: async () => this.peers,
        readTopology: async () => '',
        readClusterVersion: async () => this.clusterVersion,
        readListedAddresses: async () => ['127.0.0.1'],
      },
    })
  }

  async #answer(call: Call, world: EndpointWorld): Promise<Answer> {
    this.calls.push(call)
    if (this.script === undefined) return answerCall(call, world)
    const input = await call.readInput()
    const { stdout = '', stderr = '', status, silent } = await this.script(call.command ?? '', input.toString('latin1'))
    if (silent === true) await new Promise(() => {})
    return { stdout, stderr, exitStatus: status ?? 0 }
  }
}

function describeCa(pem: string): { readonly pem: string; readonly pin: string } {
  return { pem, pin: certificatePin(parsePem(pem, 'CERTIFICATE')) }
}

/** A signer whose authority answers by script. */
export type ScriptedSigner = TestSigner<ScriptedAuthority>

/** The front before an authority by script, as an operator whose control-plane network is one address has it. */
export async function startScriptedFront(
  limits: Partial<EmbeddedLimits> = {},
  { networks = ['127.0.0.1/32'], requests = {} }: Omit<TestSignerOptions, 'limits'> = {},
): Promise<ScriptedSigner> {
  const signer = new TestSigner(new ScriptedAuthority(), { limits, networks, requests })
  signer.peers = 'https://192.0.2.1:2379\n'
  await signer.start()
  return signer
}

/** A signer that lets everybody in as the account `signer` and answers each word by script. */
export async function startScriptedSigner(script: Script): Promise<ScriptedSigner> {
  const signer = new TestSigner(new ScriptedAuthority(), { limits: { closeTimeoutMs: 100 } })
  signer.script = script
  await signer.start()
  return signer
}
