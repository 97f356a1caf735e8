import { SignetError } from '../../core/signet-error.ts'
import { foreignFile } from '../run/foreign-file.ts'
import type { Plan, RunFacts } from '../run/plan.ts'
import type { Step } from '../run/step.ts'
import type { SignerSettings } from './signer-settings.ts'

export type AdoptStepId =
  | 'install-key'
  | 'write-signet-configuration'
  | 'start-authority'
  | 'start-endpoint'
  | 'renew-here'

export interface AdoptFacts extends RunFacts {
  readonly name: string
  readonly address: string
  readonly settings: SignerSettings
  readonly hasCaKey: boolean
  readonly hasConfiguration: boolean
  readonly configurationFile: string
  /** The signer that this member has renewed at, where it still answers. */
  readonly answeringSigner: string | undefined
}

export interface AdoptPlan extends Plan<AdoptStepId, AdoptFacts> {
  readonly warnings: readonly string[]
}

// From here on callers may hold what this host signed.
const pointOfNoReturn = { step: 'start-endpoint', state: 'started' } as const

/** Decides whether this member becomes the signer; its key was compared with the CA before. Throws why not. */
export function planAdopt(facts: AdoptFacts): AdoptPlan {
  checkSigner(facts)
  checkRun(facts)
  if (facts.settings.networks.length === 0) {
    throw new SignetError('configuration', `the control-plane network cannot be told from ${facts.address} alone`, {
      hint: 'give the one that the lost signer had: signet adopt --ca-key=FILE --network=CIDR',
    })
  }
  return { facts, steps: adoptSteps(facts), pointOfNoReturn, warnings: warningsOf(facts) }
}

function checkSigner({ hasCaKey, progress, name }: AdoptFacts): void {
  const isInterrupted = progress !== undefined && !progress.isFinished
  if (!hasCaKey || isInterrupted) return
  throw new SignetError('refused', `${name} is the signer already`, { hint: 'see: systemctl status signet-authority' })
}

function checkRun({ progress, hasConfiguration, configurationFile, arguments: given }: AdoptFacts): void {
  if (progress !== undefined && !progress.isFinished) {
    if (progress.arguments === given) return
    throw new SignetError('refused', 'an interrupted adoption with other arguments is not finished', {
      hint: `run it again with the arguments of that run: signet ${progress.arguments.replace('adopt', 'adopt --ca-key=FILE')}`,
    })
  }
  if (hasConfiguration) throw foreignFile(configurationFile)
}

function warningsOf({ answeringSigner }: AdoptFacts): readonly string[] {
  if (answeringSigner === undefined) return []
  const command =
    'systemctl disable --now signet-endpoint.socket signet-endpoint signet-authority.socket signet-authority'
  return [`a signer still answers at ${answeringSigner}; if it is to be one no more, there: ${command}`]
}

function adoptSteps({ settings: { networks }, name }: AdoptFacts): readonly Step<AdoptStepId>[] {
  return [
    { id: 'install-key', title: 'install the CA key' },
    { id: 'write-signet-configuration', title: `write the configuration: callers from ${networks.join(', ')}` },
    { id: 'start-authority', title: 'start the authority' },
    { id: 'start-endpoint', title: 'start the endpoint' },
    { id: 'renew-here', title: `let ${name} renew at its own host` },
  ]
}
