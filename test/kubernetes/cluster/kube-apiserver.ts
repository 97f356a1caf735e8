import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SignetError } from '../../../src/core/signet-error.ts'
import { findFreePorts } from '../../../src/host/net/free-port.ts'
import type { PairPaths } from '../../../src/host/pair-paths.ts'
import { type OwnChild, startChild } from '../../../src/host/programs/child-process.ts'
import { waitUntil } from '../../../src/host/wait-until.ts'
import { KubeClient } from './kube-client.ts'
import { makeServiceAccountKey } from './service-account.ts'

/** How one kube-apiserver is started. */
export interface ApiserverSettings {
  readonly binary: string
  /** Its keys, tokens and log. */
  readonly directory: string
  /** The master's files for etcd, as Signet puts them. */
  readonly pair: PairPaths
  /** `--etcd-servers=...`, as `signet kubeadm-config --flag` prints it. */
  readonly serversFlag: string
  /** Further flags. */
  readonly flags?: readonly string[]
}

// Where five sessions share two cores, its hundred start-up hooks take a while.
const startTimeoutMs = 180_000
const stopGraceMs = 20_000

/** A kube-apiserver on loopback whose only store is the cluster under test. It ends with this process. */
export class KubeApiserver {
  readonly client: KubeClient
  readonly #child: OwnChild
  readonly #log: string

  private constructor(child: OwnChild, log: string, client: KubeClient) {
    this.#child = child
    this.#log = log
    this.client = client
  }

  /** Starts it and waits until it is ready, with the namespace `default` in etcd. Throws with its last lines. */
  static async start(settings: ApiserverSettings): Promise<KubeApiserver> {
    const apiserver = await KubeApiserver.launch(settings)
    await apiserver.untilReady()
    return apiserver
  }

  /** Starts it, and waits only until it has made the certificate with which it answers. */
  static async launch(settings: ApiserverSettings): Promise<KubeApiserver> {
    const { binary, directory } = settings
    mkdirSync(directory, { recursive: true })
    const [port = 0] = await findFreePorts('127.0.0.1', 1)
    const token = randomBytes(24).toString('hex')
    const files = filesIn(directory)
    if (!existsSync(files.serviceAccount)) makeServiceAccountKey(files.serviceAccount)
    writeFileSync(files.tokens, `${token},judge,judge,system:masters\n`, { mode: 0o600 })
    const child = await startChild({
      command: binary,
      args: apiserverFlags(settings, port),
      logFile: files.log,
    })
    await waitUntil(() => existsSync(files.certificate), {
      timeoutMs: startTimeoutMs,
      stillHoped: child.isRunning,
      failure: () => ended(files.log),
    })
    const client = new KubeClient({ port, token, caFile: files.certificate })
    return new KubeApiserver(child, files.log, client)
  }

  get pid(): number {
    return this.#child.pid
  }

  async untilReady(): Promise<void> {
    const { client } = this
    const isReady = async (): Promise<boolean> =>
      (await client.ask('GET', '/readyz')).status === 200 &&
      (await client.ask('GET', '/api/v1/namespaces/default')).status === 200
    await waitUntil(() => isReady().catch(() => false), {
      timeoutMs: startTimeoutMs,
      stillHoped: this.#child.isRunning,
      failure: () => ended(this.#log),
    })
  }

  /** How many lines of its log hold this text. */
  countInLog(text: string): number {
    return readFileSync(this.#log, 'utf8')
      .split('\n')
      .filter((line) => line.includes(text)).length
  }

  async stop(): Promise<void> {
    this.client.close()
    await this.#child.stop(stopGraceMs)
  }
}

function filesIn(directory: string) {
  return {
    log: join(directory, 'kube-apiserver.log'),
    certificate: join(directory, 'apiserver.crt'),
    tokens: join(directory, 'tokens.csv'),
    serviceAccount: join(directory, 'sa.key'),
  }
}

function apiserverFlags(
  { directory, pair, serversFlag, flags = [] }: ApiserverSettings,
  port: number,
): readonly string[] {
  const { serviceAccount, tokens } = filesIn(directory)
  return [
    // The four that RUNBOOK names.
    serversFlag,
    `--etcd-cafile=${pair.ca}`,
    `--etcd-certfile=${pair.certificate}`,
    `--etcd-keyfile=${pair.key}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${directory}`,
    `--token-auth-file=${tokens}`,
    '--authorization-mode=AlwaysAllow',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${serviceAccount}`,
    `--service-account-signing-key-file=${serviceAccount}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    // It refuses to write a loopback address as the cluster's own endpoint.
    '--endpoint-reconciler-type=none',
    ...flags,
  ]
}

function ended(log: string): SignetError {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-5).join('\n')
  return new SignetError('unavailable', `kube-apiserver is not ready:\n${lines}`)
}
