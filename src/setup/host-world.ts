import { hostname } from 'node:os'
import { type AskSigner, createSshAsker } from '../client/ask/ask-signer.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { SignetError } from '../core/signet-error.ts'
import type { RunProgram } from '../host/clock-sync.ts'
import { findBarrier } from '../host/files/find-barrier.ts'
import { type LocalFiles, localFiles } from '../host/files/local-files.ts'
import type { FileSettings } from '../host/files/write-file-atomically.ts'
import { type HostLayout, hostLayout } from '../host/host-layout.ts'
import type { PairPaths } from '../host/pair-paths.ts'
import { readAccount } from '../host/programs/account.ts'
import { runProgram } from '../host/programs/run-program.ts'
import { createSystemd, type Systemd } from '../host/programs/systemd-unit.ts'
import { confirmAtTerminal } from './confirm-at-terminal.ts'
import { knowsRaftLeader } from './member/knows-raft-leader.ts'
import { hostSshFront, type SshFront } from './ssh-front.ts'

/** All that `init`, `join` and `adopt` touch of a real host; a test gives a directory and processes of its own. */
export interface HostWorld {
  readonly layout: HostLayout
  readonly systemd: Systemd
  readonly files: LocalFiles
  readonly clock: Clock
  readonly run: RunProgram
  readonly hostName: string
  readonly isRoot: boolean
  /** The account that runs this: root's, and in a test that of whoever runs it. */
  readonly ownUid: number
  /** Where etcd listens. */
  readonly etcdPorts: { readonly client: number; readonly peer: number; readonly metrics: number }
  /** Who etcd's files belong to. */
  readonly readEtcdOwner: () => Promise<FileSettings['owner']>
  /** The account that the authority runs as, and its journal belongs to. */
  readonly readAuthorityUid: () => Promise<number>
  /** What root answers at the terminal; undefined where there is none. */
  readonly confirm: (question: string) => Promise<boolean | undefined>
  /** The directory that keeps an account away from others; undefined where nothing does. */
  readonly findBarrier: (account: string, directories: readonly string[]) => Promise<string | undefined>
  readonly front: SshFront
  readonly ask: AskSigner
  /** Whether this host's etcd, at this URL, answers with this pair and knows a Raft leader. */
  readonly isServing: (clientUrl: string, pair: PairPaths) => Promise<boolean>
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal
}

/** This host itself. A dry run writes no host key down. */
export function systemWorld(signal: AbortSignal, isDryRun = false): HostWorld {
  const ownUid = process.geteuid?.() ?? 0
  return {
    layout: hostLayout(),
    systemd: createSystemd(),
    files: localFiles,
    clock: systemClock,
    run: runProgram,
    hostName: hostname(),
    isRoot: process.getuid?.() === 0,
    ownUid,
    etcdPorts: { client: 2379, peer: 2380, metrics: 2381 },
    readEtcdOwner: () => readAccount('etcd'),
    readAuthorityUid: async () => (await readAccount('signet-authority')).uid,
    confirm: (question) => confirmAtTerminal(question, process, signal),
    findBarrier,
    front: hostSshFront,
    ask: createSshAsker({ remembersHostKeys: !isDryRun, ownUid }),
    isServing: knowsRaftLeader,
    signal,
  }
}

/** Refuses an account that may not set up this host. */
export function requireRoot({ isRoot }: HostWorld): void {
  if (isRoot) return
  throw new SignetError('refused', 'only root can set up this host', { hint: 'run it with sudo' })
}
