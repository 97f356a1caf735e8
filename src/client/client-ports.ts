import type { Clock } from '../core/clock.ts'
import type { LocalFiles } from '../host/local-files.ts'
import type { AskSigner } from './ask-signer.ts'

/** What requesting and renewing touch of the world. */
export interface ClientPorts {
  readonly ask: AskSigner
  readonly files: LocalFiles
  readonly clock: Clock
  /** Hears what could not be done but is no failure, such as the endpoints that could not be asked for. */
  readonly onWarning?: (text: string) => void
}
