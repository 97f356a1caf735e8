import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignetError } from '../../../src/core/signet-error.ts'
import { connectEtcd, type EtcdClient } from '../../../src/etcd/etcd-client.ts'
import { readMemberStatus } from '../../../src/etcd/member-status.ts'
import { etcdFlags, type MemberSettings } from '../../../src/etcd/versions/flags-by-version.ts'
import { findFreePorts } from '../../../src/host/net/free-port.ts'
import { type OwnChild, startChild } from '../../../src/host/programs/child-process.ts'
import { waitUntil } from '../../../src/host/wait-until.ts'
import { OpensslPki, type PkiFiles, readCredential } from '../x509/openssl-pki.ts'
import type { EtcdBinary } from './find-etcd.ts'

export interface MemberStart {
  readonly name: string
  /** The other members as `--initial-cluster` wants them; none for the first member of a new cluster. */
  readonly joins?: string
  /** The member's certificate where it is to be a special one. */
  readonly files?: PkiFiles
}

export interface RunningEtcd {
  readonly name: string
  readonly clientUrl: string
  readonly peerUrl: string
  readonly metricsUrl: string
  readonly child: OwnChild
  readonly logFile: string
  /** Kills it as a power cut would. */
  kill(): Promise<void>
  /** The same member again, with its data. */
  restart(): Promise<RunningEtcd>
}

type ChangeFlags = (flags: readonly string[]) => readonly string[]

const startTimeoutMs = 20_000

/** Real etcd members with TLS on 127.0.0.1, in a directory and a CA of their own. They die with the test runner. */
export class EtcdCluster {
  readonly directory = mkdtempSync(join(tmpdir(), 'signet-etcd-'))
  readonly pki = new OpensslPki(join(this.directory, 'pki'))
  readonly clientFiles = this.pki.issueClient('test-client')
  readonly #binary: EtcdBinary
  readonly #children: OwnChild[] = []
  readonly #clients: EtcdClient[] = []

  constructor(binary: EtcdBinary) {
    this.#binary = binary
  }

  /** A client that `stop` closes. */
  connect(endpoints: readonly string[], timeoutMs = 5000): EtcdClient {
    const client = connectEtcd({ endpoints, timeoutMs, ...readCredential(this.clientFiles) })
    this.#clients.push(client)
    return client
  }

  /** Settings for a member that is yet to start, with free ports. */
  async settle({ name, joins, files }: MemberStart): Promise<MemberSettings> {
    const [client, peer, metrics] = (await findFreePorts('127.0.0.1', 3)) as [number, number, number]
    const peerUrl = `https://127.0.0.1:${peer}`
    const own = `${name}=${peerUrl}`
    return {
      name,
      dataDir: join(this.directory, name),
      listenClientUrls: [`https://127.0.0.1:${client}`],
      advertiseClientUrls: [`https://127.0.0.1:${client}`],
      listenPeerUrls: [peerUrl],
      advertisePeerUrls: [peerUrl],
      metricsUrl: `http://127.0.0.1:${metrics}`,
      ...(files ?? this.pki.issueMember(name)),
      initialCluster: joins === undefined ? own : `${joins},${own}`,
      initialClusterState: joins === undefined ? 'new' : 'existing',
      initialClusterToken: 'signet-test',
      quotaBackendBytes: 256 * 1024 * 1024,
    }
  }

  /** The first member of a new cluster, serving. */
  async startFirst(name = 'etcd-1'): Promise<RunningEtcd> {
    const running = await this.start(await this.settle({ name }))
    await this.waitUntilServing(running)
    return running
  }

  /** A member with these settings, its command line changed where a test wants that. */
  async start(settings: MemberSettings, change: ChangeFlags = (flags) => flags): Promise<RunningEtcd> {
    const logFile = join(this.directory, `${settings.name}.log`)
    const flags = change(etcdFlags(this.#binary.version, settings))
    const args = [...withoutEtcdSettings(), this.#binary.path, ...flags]
    const child = await startChild({ command: 'env', args, logFile })
    this.#children.push(child)
    return {
      name: settings.name,
      clientUrl: settings.listenClientUrls[0] ?? '',
      peerUrl: settings.listenPeerUrls[0] ?? '',
      metricsUrl: settings.metricsUrl,
      child,
      logFile,
      kill: () => child.stop(0),
      restart: () => this.start(settings, change),
    }
  }

  /** Waits until the member answers `Status` and knows a Raft leader; a learner does so too. */
  async waitUntilServing({ clientUrl, child, logFile }: RunningEtcd): Promise<void> {
    const client = this.connect([clientUrl], 1000)
    const knowsRaftLeader = async (): Promise<boolean> => {
      const status = await readMemberStatus(client, clientUrl).catch(() => undefined)
      return status !== undefined && status.raftLeader !== 0n
    }
    await waitUntil(knowsRaftLeader, {
      timeoutMs: startTimeoutMs,
      stillHoped: child.isRunning,
      failure: () => new SignetError('unavailable', `etcd did not start: read ${logFile}`),
    })
    client.close()
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close()
    await Promise.all(this.#children.map((child) => child.stop(0)))
    rmSync(this.directory, { recursive: true, force: true })
  }
}

// etcd reads settings from ETCD_* too, and warns of those that it does not know.
function withoutEtcdSettings(): readonly string[] {
  const names = Object.keys(process.env).filter((name) => name.startsWith('ETCD_'))
  return names.flatMap((name) => ['-u', name])
}
