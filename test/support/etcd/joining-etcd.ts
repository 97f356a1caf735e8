import { existsSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { etcdOperations } from '../../../src/cluster/cluster-operations.ts'
import { realTime } from '../../../src/core/clock.ts'
import { SignetError } from '../../../src/core/signet-error.ts'
import { readAppliedIndex } from '../../../src/etcd/applied-index.ts'
import type { EtcdVersion, MemberSettings } from '../../../src/etcd/versions/flags-by-version.ts'
import { readInboundConnections } from '../../../src/host/net/inbound-connections.ts'
import { canReachUrl } from '../../../src/host/net/open-tcp.ts'
import { applyJoin } from '../../../src/setup/join/apply-join.ts'
import type { JoinReceipt } from '../../../src/setup/join/join-receipt.ts'
import type { JoinWorld } from '../../../src/setup/join/join-world.ts'
import { type JoinStepId, planJoin } from '../../../src/setup/join/plan-join.ts'
import type { RunProgress } from '../../../src/setup/run/run-progress.ts'
import { statusOf } from '../host/fake-host.ts'
import { silentListener } from '../silent.ts'
import type { EtcdCluster, RunningEtcd } from './etcd-server.ts'

export interface JoiningSettings {
  readonly cluster: EtcdCluster
  readonly name: string
  /** Client URLs of the members that are asked. */
  readonly endpoints: readonly string[]
  readonly version: EtcdVersion
  /** Flags that make this etcd a special one: they come last and so win. */
  readonly extraFlags?: readonly string[]
  /** The URL under which the other members look for its peer port, where it is not the right one. */
  readonly advertisedPeerUrl?: string
  readonly quotaBackendBytes?: number
}

/** A host that joins with a real etcd; its certificate is made beforehand. */
export class JoiningEtcd {
  running: RunningEtcd | undefined
  progress: RunProgress | undefined
  readonly member: MemberSettings
  readonly #settings: JoiningSettings
  #initialCluster = ''
  #lastStep: JoinStepId | undefined

  private constructor(settings: JoiningSettings, member: MemberSettings) {
    this.#settings = settings
    this.member = member
  }

  static async settle(settings: JoiningSettings): Promise<JoiningEtcd> {
    const member = await settings.cluster.settle({ name: settings.name, joins: '' })
    const [peerUrl = ''] = member.listenPeerUrls
    const { advertisedPeerUrl = peerUrl, quotaBackendBytes = member.quotaBackendBytes } = settings
    return new JoiningEtcd(settings, { ...member, advertisePeerUrls: [advertisedPeerUrl], quotaBackendBytes })
  }

  /** Runs until this step begins and never goes on, as if killed by SIGKILL then; etcd stays. */
  async joinUntil(step: JoinStepId): Promise<void> {
    const isThere = async (): Promise<void> => {
      while (this.progress?.started.includes(step) !== true) await delay(1)
    }
    this.#lastStep = step
    await Promise.race([this.join(), isThere()])
    this.#lastStep = undefined
  }

  join(change: Partial<JoinWorld> = {}): Promise<JoinReceipt> {
    const { name, dataDir, advertiseClientUrls, advertisePeerUrls } = this.member
    const plan = planJoin({
      own: {
        name,
        address: '127.0.0.1',
        peerUrl: advertisePeerUrls[0] ?? '',
        clientUrl: advertiseClientUrls[0] ?? '',
        etcdVersion: this.#settings.version,
        etcd: { directory: '/usr/bin', from: 'distribution' },
        quotaBackendBytes: this.member.quotaBackendBytes,
      },
      etcds: [],
      arguments: name,
      progress: this.progress,
      dataDirectory: dataDir,
      dataDirectoryState: existsSync(dataDir) ? 'ours' : 'absent',
      freeDiskBytes: 2 ** 34,
      busyPorts: [],
      signer: { address: '127.0.0.1', knownHostsFile: '/dev/null', hostKeyPolicy: 'strict' },
      status: statusOf(''),
      clockSkewMs: 0,
    })
    return applyJoin(plan, { ...this.#world(), ...change })
  }

  #world(): JoinWorld {
    const { cluster, endpoints } = this.#settings
    const lastStep = this.#lastStep
    let isKilled = false
    const liveOn = async (): Promise<void> => {
      if (isKilled) await new Promise(() => {})
    }
    return {
      signer: {
        fetchCa: nothing,
        makeKey: nothing,
        obtainCertificate: nothing,
        renewCertificate: nothing,
        remove: nothing,
      },
      member: this.#member(),
      connect: async () => {
        const operations = etcdOperations(cluster.connect(endpoints))
        return {
          ...operations,
          putAt: async (...args) => {
            await liveOn()
            return operations.putAt(...args)
          },
        }
      },
      progress: {
        load: async () => this.progress,
        save: async (progress) => {
          this.progress = progress
          isKilled = lastStep !== undefined && progress.started.includes(lastStep)
          await liveOn()
        },
        clear: async () => {
          this.progress = undefined
        },
      },
      time: realTime,
      listener: silentListener,
    }
  }

  #member(): JoinWorld['member'] {
    return {
      writeConfiguration: async (initialCluster) => {
        this.#initialCluster = initialCluster
      },
      removeConfiguration: nothing,
      start: () => this.#start(),
      stop: async () => this.running?.child.stop(5000),
      isRunning: async () => this.running?.child.isRunning() === true,
      inboundPeers: () => readInboundConnections(Number(new URL(this.member.listenPeerUrls[0] ?? '').port)),
      appliedIndex: () => readAppliedIndex(this.member.metricsUrl),
      canReach: canReachUrl,
      hasData: async () => existsSync(this.member.dataDir),
      removeData: async () => rmSync(this.member.dataDir, { recursive: true, force: true }),
      logHint: `${this.member.name}.log`,
      finish: nothing,
    }
  }

  async #start(): Promise<void> {
    if (this.running?.child.isRunning() === true) return
    if (this.#initialCluster === '') throw new SignetError('internal', 'etcd is started without a configuration')
    const { cluster, extraFlags } = this.#settings
    this.running = await cluster.start({ ...this.member, initialCluster: this.#initialCluster }, (flags) => [
      ...flags,
      ...(extraFlags ?? []),
    ])
  }
}

async function nothing(): Promise<void> {}
