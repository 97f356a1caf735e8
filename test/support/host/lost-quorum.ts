import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Writable } from 'node:stream'
import type { CommandStreams } from '../../../src/cli/command-streams.ts'
import { type RecoverOptions, runRecover } from '../../../src/cli/host/recover.ts'
import { type RejoinOptions, runRejoin } from '../../../src/cli/host/recover-rejoin.ts'
import { runProgram } from '../../../src/host/programs/run-program.ts'
import type { SandboxHost } from '../../../src/sandbox/sandbox-host.ts'
import type { HostWorld } from '../../../src/setup/host-world.ts'
import type { EtcdBinary } from '../etcd/find-etcd.ts'
import { findRestorer } from '../etcd/restore-snapshot.ts'
import { EtcdHosts } from './etcd-hosts.ts'

const cachedEtcdutl = join(import.meta.dirname, '../../../.cache/tools/etcd-3.5/etcdutl')

/** What a command has said, whichever way it ended. */
export interface SaidAndDone {
  readonly stdout: string
  readonly stderr: string
}

/** `signet recover` on a host of a test. */
export function recoverOn(
  { world }: Pick<SandboxHost, 'world'>,
  options: RecoverOptions,
  change: Partial<HostWorld> = {},
): Promise<SaidAndDone> {
  return hear((streams) => runRecover(options, streams, { ...world, run: hostPrograms, ...change }))
}

/** `signet recover --rejoin` on a host of a test. */
export function rejoinOn({ world }: Pick<SandboxHost, 'world'>, options: RejoinOptions): Promise<SaidAndDone> {
  return hear((streams) => runRejoin(options, streams, world))
}

async function hear(command: (streams: CommandStreams) => Promise<void>): Promise<SaidAndDone> {
  const said = { stdout: '', stderr: '' }
  const stream = (name: keyof typeof said) =>
    new Writable({
      write: (chunk, _, done) => {
        said[name] += String(chunk)
        done()
      },
    })
  await command({ stdout: stream('stdout'), stderr: stream('stderr') })
  return said
}

/** Runs what a host of a test has of etcd, and nothing else. */
export const hostPrograms: HostWorld['run'] = async (command, args, timeoutMs) => {
  if (/^etcd(?:utl|ctl)?$/.test(basename(command))) return runProgram(command, args, timeoutMs)
  throw new Error(`${command} is not here`)
}

/** Gives a host an etcdutl that raises revisions; false where this machine has none. */
function bringEtcdutl({ world }: Pick<SandboxHost, 'world'>, etcd: EtcdBinary): boolean {
  const restorer = etcd.version.minor >= 5 ? findRestorer(etcd) : cachedEtcdutl
  if (restorer === undefined) return false
  const directory = join(world.layout.ownEtcds, '3.5')
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'etcdutl'), `#!/bin/sh\nexec '${restorer}' "$@"\n`, { mode: 0o755 })
  return true
}

/** A cluster whose hosts can each restore. */
export async function foundRecoverable(
  etcd: EtcdBinary,
  directory: string,
  count: number,
  network: number,
): Promise<EtcdHosts> {
  const all = await EtcdHosts.found(directory, count, network)
  for (const host of all.hosts) bringEtcdutl(host, etcd)
  return all
}

/** As a host that loses its power: its processes end, and nobody starts them. */
export async function powerOff({ units }: SandboxHost): Promise<void> {
  await units.stopAll(0)
}
