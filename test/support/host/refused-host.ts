import { existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createSshAsker } from '../../../src/client/ask/ask-signer.ts'
import type { Signer } from '../../../src/client/ask/signer.ts'
import type { SignetError } from '../../../src/core/signet-error.ts'
import type { EtcdVersion } from '../../../src/etcd/flags-by-version.ts'
import { localFiles } from '../../../src/host/files/local-files.ts'
import { joinHost, readJoinPlan } from '../../../src/setup/join/join-host.ts'
import type { MemberPorts } from '../../../src/setup/join/join-ports.ts'
import type { JoiningHost } from '../../../src/setup/join/joining-host.ts'
import { refusalOf } from '../refusal.ts'
import { silentListener } from '../silent.ts'

export interface RefusedJoin {
  /** Where the host's directory is made. */
  readonly workspace: string
  readonly signer: Signer
  readonly etcdVersion: EtcdVersion
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
  const directory = mkdtempSync(`${join.workspace}/host-`)
  const host = hostOf(join, directory)
  const nowMs = join.nowMs
  const clock = { now: () => nowMs ?? Date.now() }
  const ports = { ask: createSshAsker(), files: localFiles, clock }
  const request = { signer: join.signer, ...(join.pin === undefined ? {} : { pin: join.pin }) }
  const refusal = await refusalOf(async () => {
    const plan = await readJoinPlan(host, request, ports)
    await joinHost(plan, { host, request, ports, options: { listener: silentListener } })
  })
  return { refusal, left: [directory, join.pkiDirectory, join.dataDirectory].flatMap(filesBelow) }
}

function hostOf(settings: RefusedJoin, directory: string): JoiningHost {
  const { name = 'etcd-2', address = '127.0.0.2', etcdVersion, pkiDirectory = join(directory, 'pki') } = settings
  const urls = { clientUrl: `https://${address}:1`, peerUrl: `https://${address}:2` }
  return {
    own: { name, address, ...urls, etcdVersion, quotaBackendBytes: 2 ** 31 },
    paths: {
      key: join(pkiDirectory, 'server.key'),
      certificate: join(pkiDirectory, 'server.crt'),
      ca: join(pkiDirectory, 'ca.crt'),
    },
    renewalFile: join(directory, 'renewal.json'),
    progressFile: join(directory, 'setup', 'join.json'),
    dataDirectory: settings.dataDirectory ?? join(directory, 'data'),
    member: neverStarted,
  }
}

async function never(): Promise<never> {
  throw new Error('a join that must be refused came to start etcd')
}

const neverStarted: MemberPorts = {
  writeConfiguration: never,
  removeConfiguration: async () => {},
  start: never,
  stop: async () => {},
  isRunning: async () => false,
  inboundPeers: never,
  appliedIndex: never,
  canReach: never,
  hasData: async () => false,
  removeData: async () => {},
  logHint: 'nowhere',
  finish: never,
}

function filesBelow(directory: string | undefined): readonly string[] {
  if (directory === undefined || !existsSync(directory)) return []
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)
}
