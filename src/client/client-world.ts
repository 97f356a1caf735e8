import { type Clock, systemClock } from '../core/clock.ts'
import { type LocalFiles, localFiles } from '../host/files/local-files.ts'
import { withDirectoryLock } from '../host/files/with-directory-lock.ts'
import { listOwnAddresses } from '../host/net/own-addresses.ts'
import { listCommandLines } from '../host/programs/command-lines.ts'
import type { LocalApiservers } from './apiserver/read-apiservers.ts'
import { type AskSigner, createSshAsker } from './ask/ask-signer.ts'
import { type RequestCommands, requestCommands } from './pair/pair-commands.ts'

/** Does some work while nobody else does work in the same directory. */
export type Exclusively = <Value>(directory: string, work: () => Promise<Value>) => Promise<Value>

/** What requesting and renewing touch of the world. */
export interface ClientWorld {
  readonly ask: AskSigner
  readonly files: LocalFiles
  readonly clock: Clock
  /** The account that runs this; where it is given, what another account but root could change or exchange is refused. */
  readonly ownUid?: number
  /** Runs alone among all that install into a directory; without it nobody else may. */
  readonly exclusively?: Exclusively
  /** Hears what could not be done but is no failure, such as the endpoints that could not be asked for. */
  readonly onWarning?: (text: string) => void
  /** What hints say to type for the pair that this is about; that of the usual places where it is not given. */
  readonly commands?: RequestCommands | undefined
  /** Looks for kube-apiservers of this host, which a certificate may be for; without it none are looked for. */
  readonly readApiservers?: () => Promise<LocalApiservers>
}

/** How the signer is to be asked, where not as `request` and `renew` do. */
export interface AskingOptions {
  readonly timeoutMs?: number | (() => number)
  /** Asks without writing anything down on this host. */
  readonly isReadOnly?: boolean
  /** The directory of the pair that is asked for, which hints name. */
  readonly dir?: string | undefined
}

/** This host and its ssh. */
export function systemClientWorld(
  onWarning: (text: string) => void,
  { timeoutMs, isReadOnly = false, dir }: AskingOptions = {},
): ClientWorld {
  // Not by its name: in a container it may have none. Who became root by sudo is not root: their directories are refused.
  const ownUid = process.geteuid?.() ?? 0
  const commands = requestCommands(dir)
  const ask = createSshAsker({
    request: commands.request,
    remembersHostKeys: !isReadOnly,
    ownUid,
    timeoutMs,
    onChangedHostKey: ({ address, knownHostsFile }) =>
      onWarning(
        `the host key of the signer ${address} is not the one in ${knownHostsFile}; ` +
          'its answer is taken only where it chains to the installed CA',
      ),
  })
  const own = { ownUid, exclusively: withDirectoryLock, onWarning, commands }
  return { ask, files: localFiles, clock: systemClock, readApiservers: () => readLocalApiservers(ownUid), ...own }
}

// Loaded when it is needed: most looks of the timer find that nothing is due.
async function readLocalApiservers(ownUid: number): Promise<LocalApiservers> {
  const { readApiservers } = await import('./apiserver/read-apiservers.ts')
  return readApiservers({ files: localFiles, ownUid, listCommandLines, ownAddresses: listOwnAddresses })
}
