import type { ClientWorld } from '../../client/client-world.ts'
import type { RunProgram } from '../../host/clock-sync.ts'
import type { FrontPorts } from '../../openssh/read-front.ts'
import type { SignerPathWorld } from './inspect-signer-path.ts'

/** What looking at a host touches of the world. */
export interface InspectionWorld extends ClientWorld, SignerPathWorld {
  /** The account that runs this. */
  readonly ownUid: number
  readonly isClockSynchronised: () => Promise<boolean | null>
  readonly hostName: () => string
  readonly ownAddresses: () => readonly string[]
  readonly run: RunProgram
  /** Whether somebody takes connections at a URL's host and port. */
  readonly canReach: (url: string) => Promise<boolean>
  /** Undefined where systemd does not run. */
  readonly isTimerActive: (unit: string) => Promise<boolean | undefined>
  readonly front: FrontPorts
}
