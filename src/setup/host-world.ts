import { hostname } from 'node:os'
import { type AskSigner, createSshAsker } from '../client/ask/ask-signer.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { SignetError } from '../core/signet-error.ts'
import { requireGuardedProgram } from '../host/binaries/guarded-program.ts'
import type { RunProgram } from '../host/clock-sync.ts'
import { findBarrier } from '../host/files/find-barrier.ts'
import { type LocalFiles, localFiles } from '../host/files/local-files.ts'
import type { FileSettings } from '../host/files/write-file-atomically.ts'
import { type HostLayout, hostLayout } from '../host/host-layout.ts'
import type { PairPaths } from '../host/pair-paths.ts'
import { readAccount } from '../host/programs/account.ts'
import type { EtcdProgramName } from '../host/programs/etcd-program.ts'
import { runProgram } from '../host/programs/run-program.ts'
import { createSystemd, type Systemd } from '../host/programs/systemd-unit.ts'
import { confirmAtTerminal } from './confirm-at-terminal.ts'
import { knowsRaftLeader } from './member/knows-raft-leader.ts'
import { hostSshFront, type SshFront } from './ssh-front.ts'

/**
 * All that `init`, `join` and `adopt` touch of a host, and all in which a host, one of a sandbox and one of a test differ:
 * docs/ARCHITECTURE.md has them side by side.
 */
export interface HostWorld {
  /** Below the root directory. */
  readonly layout: HostLayout
  /** The service manager. */
  readonly systemd: Systemd
  /** The SSH front, as far as it is not the endpoint itself. */
  readonly front: SshFront
  /** Whose the files of an account are; whoever runs this owns them where it is undefined. */
  readonly readOwner: (account: 'etcd' | 'signet-authority' | 'signet-copy') => Promise<FileSettings['owner']>
  /** Refuses a program that another account could have put where it is, or could exchange. Throws `refused`. */
  readonly guardProgram: (path: string) => Promise<void>
  /** What a directory of etcd's must hold; etcdutl from 3.5 on. */
  readonly etcdPrograms: readonly EtcdProgramName[]
  /** The directory that keeps an account away from others; undefined where nothing does. */
  readonly findBarrier: (account: string, directories: readonly string[]) => Promise<string | undefined>
  /** The account that runs this: root's, and in a sandbox or a test that of whoever runs it. */
  readonly ownUid: number
  readonly isRoot: boolean
  readonly hostName: string
  /** Where etcd listens. */
  readonly etcdPorts: { readonly client: number; readonly peer: number; readonly metrics: number }
  /** Whether this host's etcd, at this URL, answers with this pair and knows a Raft leader. */
  readonly isServing: (clientUrl: string, pair: PairPaths) => Promise<boolean>
  readonly run: RunProgram
  readonly ask: AskSigner
  /** What root answers at the terminal; undefined where there is none. */
  readonly confirm: (question: string) => Promise<boolean | undefined>
  readonly files: LocalFiles
  readonly clock: Clock
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal
}

/** This host itself. A dry run writes no host key down. */
export function systemWorld(signal: AbortSignal, isDryRun = false): HostWorld {
  const ownUid = process.geteuid?.() ?? 0
  return {
    layout: hostLayout(),
    systemd: createSystemd(),
    front: hostSshFront,
    readOwner: (account) => readAccount(account),
    findBarrier,
    guardProgram: (path) => requireGuardedProgram(path, ownUid),
    etcdPrograms: ['etcd', 'etcdctl', 'etcdutl'],
    ownUid,
    isRoot: process.getuid?.() === 0,
    hostName: hostname(),
    etcdPorts: { client: 2379, peer: 2380, metrics: 2381 },
    isServing: knowsRaftLeader,
    run: runProgram,
    ask: createSshAsker({ remembersHostKeys: !isDryRun, ownUid }),
    confirm: (question) => confirmAtTerminal(question, process, signal),
    files: localFiles,
    clock: systemClock,
    signal,
  }
}

/** Refuses an account that may not set up this host. */
export function requireRoot({ isRoot }: HostWorld): void {
  if (isRoot) return
  throw new SignetError('refused', 'only root can set up this host', { hint: 'run it with sudo' })
}
