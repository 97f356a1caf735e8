import type { Clock } from '../core/clock.ts'
import type { LocalFiles } from '../host/files/local-files.ts'
import type { AskSigner } from './ask/ask-signer.ts'
import type { RequestCommands } from './pair/pair-commands.ts'

/** Does some work while nobody else does work in the same directory. */
export type Exclusively = <Value>(directory: string, work: () => Promise<Value>) => Promise<Value>

/** What requesting and renewing touch of the world. */
export interface ClientPorts {
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
}
