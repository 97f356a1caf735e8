import { setImmediate } from 'node:timers/promises'
import type { SignerStatus } from '../../../src/client/ask/signer-status.ts'
import type { StepTime } from '../../../src/core/clock.ts'
import type { JoinWorld } from '../../../src/setup/join/join-world.ts'
import { type JoinFacts, type JoinPlan, planJoin } from '../../../src/setup/join/plan-join.ts'
import type { OwnMember } from '../../../src/setup/member/own-member.ts'
import type { RunProgress } from '../../../src/setup/run/run-progress.ts'
import type { Fault } from '../disk/fault.ts'
import type { FakeCluster } from '../etcd/fake-cluster.ts'
import { silentListener } from '../silent.ts'

/** Time that only passes when somebody waits. */
export function fakeTime(): StepTime {
  let nowMs = 0
  return {
    now: () => nowMs,
    delay: async (ms) => {
      nowMs += ms
      await setImmediate()
    },
  }
}

/** What a signer with this CA says of itself, as far as a join reads it. */
export function statusOf(pin: string): SignerStatus {
  return { timeMs: 0, pin, caNotAfterMs: 0, clientLifetimeSeconds: 0, clockSynchronised: true }
}

const fakePlace = { directory: '/usr/bin', from: 'distribution' } as const

const ownFiles = { ca: 'ca.crt', key: 'server.key', certificate: 'server.crt' }

/** A joining host in memory: files, the state file, and an etcd whose data remembers which member it is. */
export class FakeHost {
  readonly own: OwnMember
  readonly cluster: FakeCluster
  time = fakeTime()
  files: readonly string[] = []
  configuration: string | undefined
  dataOf: bigint | undefined
  isRunning = false
  progress: RunProgress | undefined
  isFinished = false
  /** False makes etcd run without ever reaching the cluster, as behind a blocked peer port. */
  reachesCluster = true
  /** What the metrics of its etcd tell. */
  appliedIndex: bigint | undefined
  /** Places that a firewall keeps this host away from. */
  blockedUrls: readonly string[] = []
  inboundPeers: readonly string[] = [1, 2, 3, 4].map((index) => `192.0.2.${index}`)

  constructor(cluster: FakeCluster, index: number) {
    this.cluster = cluster
    const address = `192.0.2.${index}`
    const urls = { peerUrl: `https://${address}:2380`, clientUrl: `https://${address}:2379` }
    const etcdVersion = { major: 3, minor: 5, patch: 30 }
    this.own = { name: `etcd-${index}`, address, ...urls, etcdVersion, etcd: fakePlace, quotaBackendBytes: 2 ** 33 }
  }

  plan(change: Partial<JoinFacts> = {}): JoinPlan {
    return planJoin({
      own: this.own,
      etcds: [],
      arguments: `--signer-ip=192.0.2.1 --name=${this.own.name}`,
      progress: this.progress,
      dataDirectory: '/var/lib/etcd/signet',
      dataDirectoryState: this.dataOf === undefined ? 'absent' : 'ours',
      freeDiskBytes: 2 ** 34,
      busyPorts: this.isRunning ? [2379, 2380] : [],
      signer: { address: '192.0.2.1', knownHostsFile: '/dev/null', hostKeyPolicy: 'strict' },
      status: statusOf('SHA256:aa'),
      clockSkewMs: 0,
      ...change,
    })
  }

  /** Switched off and on again: systemd starts an etcd that is configured. */
  boot(): void {
    this.#stop()
    if (this.configuration !== undefined) this.#start()
  }

  /** Whether nothing of a run is left on the host. */
  get isUntouched(): boolean {
    const isEmpty = this.files.length === 0 && this.configuration === undefined && this.dataOf === undefined
    return isEmpty && !this.isRunning && this.progress === undefined
  }

  /** What a run on this host touches; each call passes the fault first. */
  world(fault?: Fault): JoinWorld {
    const world = this.#world()
    const rest = { time: this.time, listener: silentListener }
    if (fault === undefined) return { ...world, ...rest, connect: async () => this.cluster.operations() }
    return {
      signer: fault.wrap('signer', world.signer),
      member: fault.wrap('member', world.member),
      progress: fault.wrap('progress', world.progress),
      connect: async () => fault.wrap('cluster', this.cluster.operations()),
      ...rest,
    }
  }

  #world(): Pick<JoinWorld, 'signer' | 'member' | 'progress'> {
    const add = (file: string) => async () => {
      if (!this.files.includes(file)) this.files = [...this.files, file]
    }
    return {
      signer: {
        fetchCa: add(ownFiles.ca),
        makeKey: add(ownFiles.key),
        obtainCertificate: add(ownFiles.certificate),
        renewCertificate: add(ownFiles.certificate),
        remove: async (what) => {
          this.files = this.files.filter((file) => file !== ownFiles[what])
        },
      },
      member: {
        writeConfiguration: async (initialCluster) => {
          this.configuration = initialCluster
        },
        removeConfiguration: async () => {
          this.configuration = undefined
        },
        start: async () => this.#start(),
        stop: async () => this.#stop(),
        isRunning: async () => this.isRunning,
        inboundPeers: async () => this.inboundPeers,
        appliedIndex: async () => this.appliedIndex,
        canReach: async (url) => !this.blockedUrls.includes(url),
        hasData: async () => this.dataOf !== undefined,
        removeData: async () => {
          this.dataOf = undefined
        },
        logHint: 'journalctl -u etcd',
        finish: async () => {
          this.isFinished = true
        },
      },
      progress: {
        load: async () => this.progress,
        save: async (progress) => {
          this.progress = progress
        },
        clear: async () => {
          this.progress = undefined
        },
      },
    }
  }

  #start(): void {
    if (this.isRunning) return
    this.isRunning = true
    const listed = this.cluster.members.find(({ peerUrl }) => peerUrl === this.own.peerUrl)
    const isOld = this.dataOf !== undefined
    if (listed === undefined || (isOld && listed.id !== this.dataOf)) {
      this.#stop()
      return
    }
    this.dataOf = listed.id
    if (!this.reachesCluster) return
    const { name, clientUrl } = this.own
    this.cluster.start(listed, { name, clientUrl }, isOld ? undefined : this.configuration)
  }

  #stop(): void {
    this.isRunning = false
    for (const member of this.cluster.members) {
      if (member.peerUrl === this.own.peerUrl) member.isRunning = false
    }
  }
}
