import { existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Signer } from '../../../src/client/ask/signer.ts'
import { systemClock } from '../../../src/core/clock.ts'
import type { SignetError } from '../../../src/core/signet-error.ts'
import { formatVersion } from '../../../src/etcd/versions/kubeadm-minimum.ts'
import type { RunProgram } from '../../../src/host/clock-sync.ts'
import { runProgram } from '../../../src/host/programs/run-program.ts'
import type { HostWorld } from '../../../src/setup/host-world.ts'
import { joinHost, readJoinPlan } from '../../../src/setup/join/join-host.ts'
import { findEtcd } from '../etcd/find-etcd.ts'
import { refusalOf } from '../refusal.ts'
import { silentListener } from '../silent.ts'
import { writeFakeEtcd } from './fake-etcd.ts'
import { testWorld } from './test-world.ts'

export interface RefusedJoin {
  /** Where the host's directory is made. */
  readonly workspace: string
  /** Asked as it is given, from its own `bindAddress`. */
  readonly signer: Signer
  readonly name?: string
  readonly address?: string
  readonly pin?: string
  readonly nowMs?: number
  /** Another directory for the data, or for key and certificates, such as one without space. */
  readonly dataDirectory?: string
  readonly pkiDirectory?: string
}

/** A host that must never come to start etcd: what its join is refused with, and what it left behind. */
export async function refuseJoin(join: RefusedJoin): Promise<{ refusal: SignetError; left: readonly string[] }> {
  const { signer, name = 'etcd-2', address = '127.0.0.2', pin } = join
  const directory = mkdtempSync(`${join.workspace}/host-`)
  const world = worldOf(join, directory)
  const answers = { signerIp: signer.address, name, address: [address], ...(pin === undefined ? {} : { pin }) }
  const refusal = await refusalOf(async () => {
    const plan = await readJoinPlan(answers, world)
    await joinHost(plan, { listener: silentListener, onWarning: () => {} }, world)
  })
  return { refusal, left: [directory, join.pkiDirectory, join.dataDirectory].flatMap(filesBelow) }
}

function worldOf({ signer, nowMs, ...places }: RefusedJoin, root: string): HostWorld {
  const etcd = writeFakeEtcd(mkdtempSync(join(dirname(root), 'etcd-')), { version: clusterVersion })
  const world = testWorld({ root, etcdPorts: { client: 1, peer: 2, metrics: 3 }, etcd }, neverStarted)
  const { pkiDirectory: pki = world.layout.pki, dataDirectory = world.layout.dataDirectory } = places
  return {
    ...world,
    ask: (_, word, input) => world.ask(signer, word, input),
    clock: nowMs === undefined ? systemClock : { now: () => nowMs },
    layout: {
      ...world.layout,
      dataDirectory,
      memberKey: join(pki, 'server.key'),
      memberCertificate: join(pki, 'server.crt'),
      caCertificate: join(pki, 'ca.crt'),
    },
  }
}

// As the cluster that it must not join.
const found = findEtcd()
const clusterVersion = found === undefined ? '3.5.16' : formatVersion(found.version)

/** Looks at units, and changes none. */
const neverStarted: RunProgram = async (command, args, timeoutMs) => {
  if (command !== 'systemctl') return runProgram(command, args, timeoutMs)
  if (args.includes('show')) return 'inactive\n'
  throw new Error(`a join that must be refused came to type systemctl ${args.join(' ')}`)
}

function filesBelow(directory: string | undefined): readonly string[] {
  if (directory === undefined || !existsSync(directory)) return []
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)
}
