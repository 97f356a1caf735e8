import { SignetError } from '../../core/signet-error.ts'
import { formatObjection, formatVersion, kubeadmObjection } from '../../etcd/versions/kubeadm-minimum.ts'
import type { AddressChoice } from '../../host/net/advertised-address.ts'
import { checkHost } from '../run/check-host.ts'
import { foreignFile, moveAway } from '../run/foreign-file.ts'
import type { HostFacts } from '../run/host-facts.ts'
import type { Plan } from '../run/plan.ts'
import type { Step } from '../run/step.ts'
import type { SignerSettings } from './signer-settings.ts'

export type InitStepId =
  | 'make-ca'
  | 'write-signet-configuration'
  | 'start-authority'
  | 'make-key'
  | 'obtain-certificate'
  | 'write-configuration'
  | 'start-etcd'
  | 'verify'
  | 'start-endpoint'
  | 'clean-up'

export interface InitFacts extends HostFacts {
  /** `ours`: made by the run whose progress this is. */
  readonly caState: 'absent' | 'ours' | 'foreign'
  readonly caFile: string
  /** Without any network where it was neither given nor could be derived. */
  readonly settings: SignerSettings
  /** Whether the kernel says that the clock is synchronised; undefined where it cannot be told. */
  readonly clockIsSynchronized?: boolean | undefined
  /** Undefined where the operator gave the address. */
  readonly addressChoice?: AddressChoice | undefined
}

/** The founding of a cluster that may go on: nothing has been changed yet. */
export interface InitPlan extends Plan<InitStepId, InitFacts> {
  /** What the operator should know and need not obey. */
  readonly warnings: readonly string[]
}

// From here on callers may hold certificates of this CA: it must not be thrown away again.
const pointOfNoReturn = { step: 'start-endpoint', state: 'started' } as const

/** Decides whether and how this host becomes the first member and the signer. Throws with the first reason why not. */
export function planInit(facts: InitFacts): InitPlan {
  checkHost(facts)
  checkCa(facts)
  checkNetworks(facts)
  return { facts, steps: initSteps(facts), pointOfNoReturn, warnings: warningsOf(facts) }
}

function checkCa({ caState, caFile, progress }: InitFacts): void {
  if (caState === 'absent' || (caState === 'ours' && progress !== undefined)) return
  const hint = `a second CA would lock every member out; move it away if it is not needed: ${moveAway(caFile)}`
  throw foreignFile(caFile, hint)
}

function checkNetworks({ settings, own }: InitFacts): void {
  if (settings.networks.length > 0) return
  throw new SignetError('configuration', `the control-plane network cannot be told from ${own.address} alone`, {
    hint: 'give it: signet init --network=CIDR',
  })
}

function warningsOf({ clockIsSynchronized, addressChoice, own }: InitFacts): readonly string[] {
  const objection = kubeadmObjection([formatVersion(own.etcdVersion)])
  return [
    ...(clockIsSynchronized === false ? ['the clock of this host is not synchronised: timedatectl set-ntp true'] : []),
    ...(addressChoice === undefined || addressChoice.others.length === 0 ? [] : [describeChoice(addressChoice)]),
    ...(objection === undefined ? [] : [formatObjection(objection)]),
  ]
}

/** As many as are read; a host of containers has hundreds. */
const maxOthers = 8

// Certificates and etcd's list name the one address; another one takes a new member later.
function describeChoice({ address, reason, others }: AddressChoice): string {
  const more = others.length - maxOthers
  const named = `${others.slice(0, maxOthers).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return `members and masters will find this host at ${address}: ${reason}; it also has ${named}; to take another, or a second one of the other family: --address=IP`
}

function initSteps({ own, settings: { networks } }: InitFacts): readonly Step<InitStepId>[] {
  return [
    { id: 'make-ca', title: 'make the CA' },
    { id: 'write-signet-configuration', title: `write the configuration: callers from ${networks.join(', ')}` },
    { id: 'start-authority', title: 'start the authority' },
    { id: 'make-key', title: 'make the key of this host' },
    { id: 'obtain-certificate', title: `obtain a certificate for ${own.name} at ${own.address}` },
    { id: 'write-configuration', title: 'write the configuration of etcd' },
    { id: 'start-etcd', title: 'start etcd' },
    { id: 'verify', title: 'verify that it answers' },
    { id: 'start-endpoint', title: 'start the endpoint' },
    { id: 'clean-up', title: 'clean up' },
  ]
}
