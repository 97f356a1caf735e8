import { type Clock, systemClock } from '../core/clock.ts'
import { type LocalFiles, localFiles } from '../host/files/local-files.ts'
import { withDirectoryLock } from '../host/files/with-directory-lock.ts'
import { type AskSigner, createSshAsker } from './ask/ask-signer.ts'

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
}

/** How the signer is to be asked, where not as `request` and `renew` do. */
export interface AskingOptions {
  readonly timeoutMs?: number
  /** Asks without writing anything down on this host. */
  readonly isReadOnly?: boolean
}

/** This host and its ssh. */
export function systemClientWorld(
  onWarning: (text: string) => void,
  { timeoutMs, isReadOnly = false }: AskingOptions = {},
): ClientWorld {
  // Not by its name: in a container it may have none. Who became root by sudo is not root: their directories are refused.
  const ownUid = process.geteuid?.() ?? 0
  const ask = createSshAsker({
    remembersHostKeys: !isReadOnly,
    ownUid,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    onChangedHostKey: ({ address, knownHostsFile }) =>
      onWarning(
        `the host key of the signer ${address} is not the one in ${knownHostsFile}; ` +
          'its answer is taken only where it chains to the installed CA',
      ),
  })
  return { ask, files: localFiles, clock: systemClock, ownUid, exclusively: withDirectoryLock, onWarning }
}
