import { existsSync } from 'node:fs'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import type { HostWorld } from '../host-world.ts'
import { requirePassage, signerPassages } from '../member/ensure-passage.ts'
import { formatArguments } from '../run/format-arguments.ts'
import { formatWarnings, type ToldPlan } from '../run/format-plan.ts'
import { readSetupFile } from '../setup-file.ts'
import { type AdoptingMember, adoptSettings, readAdoptingMember } from './adopting-member.ts'
import { formatVoters } from './format-voters.ts'
import { formatKeptPairs, formatOffer, isOffered, type KeptOffer, offerKept } from './kept-offer.ts'
import { type AdoptFacts, type AdoptPlan, planAdopt } from './plan-adopt.ts'
import { type SignerOptions, type SignerSettings, typedSettings } from './signer-settings.ts'

/** What the new signer is to be, as typed; the usual where nothing is said. */
export interface AdoptAnswers extends SignerOptions {
  /** The file with the CA key that was saved when the cluster was founded. */
  readonly caKey?: string
  /** A file that answers what the options do not. */
  readonly config?: string
  /** Takes from the kept policy what no option says. */
  readonly keptPolicy?: boolean
}

/** An adoption before root has decided whether the kept policy counts. */
export interface AdoptProposal {
  readonly member: AdoptingMember
  /** As root gave them, with the usual ones where it gave none. */
  readonly settings: SignerSettings
  readonly offer: KeptOffer
  /** With what is offered. */
  readonly offered: SignerSettings
  readonly keptPolicy: boolean | undefined
}

/** Reads everything that decides whether and how this member becomes the signer, and refuses what can be refused already. */
export async function readAdoptProposal(options: AdoptAnswers, world: HostWorld): Promise<AdoptProposal> {
  const { config, keptPolicy, ...given } = options
  const { caKey, ...answers } = { ...(await readSetupFile('adopt', config, world.files)), ...given }
  const found = await readAdoptingMember(caKey, world)
  if (keptPolicy === true && found.kept === undefined) throw nothingKept()
  const settings = adoptSettings(answers, found)
  await requirePassage(world, signerPassages(world))
  const isGiven = { network: answers.network !== undefined, clientLifetime: answers.clientLifetime !== undefined }
  const kept = found.kept === undefined ? {} : offerKept(found.kept, settings, isGiven)
  const { warnings, ...checked } = checkOffer(kept, settings, () => adoptSettings({ ...answers, ...kept }, found))
  const member = { ...found, warnings: [...found.warnings, ...warnings] }
  // Before anything is asked: who is refused in any case has nothing to decide.
  const facts = readFacts(member, checked.offered, world)
  // Which settings count is not decided yet: those of the run that is continued, where there is one.
  planAdopt({ ...facts, arguments: facts.progress?.arguments ?? facts.arguments })
  return { member, settings, keptPolicy, ...checked }
}

/** The plan, with the kept settings where root says so, having seen them: by the option, or at the terminal. */
export async function decideAdoption(proposal: AdoptProposal, mayAsk: boolean, world: HostWorld): Promise<AdoptPlan> {
  const { member, settings, offer, offered, keptPolicy } = proposal
  const asks = mayAsk && isOffered(offer)
  const isTaken = keptPolicy ?? (asks && (await world.confirm('Take these settings from the kept policy?')))
  return planAdopt(readFacts(member, isTaken === true ? offered : settings, world))
}

/** What root should know before it decides. */
export function formatProposal({ member, offer, settings }: AdoptProposal): readonly string[] {
  const { kept, members, warnings } = member
  return [
    ...formatWarnings(warnings),
    ...formatVoters(member),
    ...(kept === undefined ? [] : [...formatOffer(offer, kept, settings), ...formatKeptPairs(kept, members.added)]),
    ...(isOffered(offer) ? ['  they count where you say so: at the terminal, or with --kept-policy'] : []),
  ]
}

// A signer could tell nonsense, to keep any other from taking its place.
function checkOffer(offer: KeptOffer, settings: SignerSettings, parse: () => SignerSettings) {
  try {
    return { offer, offered: parse(), warnings: [] }
  } catch (error) {
    const warnings = [`the kept policy is not offered, since it does not fit: ${asSignetError(error).message}`]
    return { offer: {}, offered: settings, warnings }
  }
}

function readFacts(member: AdoptingMember, settings: SignerSettings, { layout }: HostWorld): AdoptFacts {
  const { name, address, progress, signer } = member
  const { configuration, caKey } = layout
  return {
    name,
    address,
    arguments: adoptArguments(settings),
    progress,
    settings,
    hasCaKey: existsSync(caKey),
    hasConfiguration: existsSync(configuration),
    configurationFile: configuration,
    answeringSigner: signer.answers ? signer.address : undefined,
  }
}

function adoptArguments(settings: SignerSettings): string {
  const { memberLifetime } = settings
  // What no option says stands behind it, as a shell reads past it: whoever is told to type it again types it all.
  const ofMembers = memberLifetime === undefined ? [] : [`--kept-policy # members ${memberLifetime}`]
  return formatArguments('adopt', typedSettings(settings), ofMembers)
}

function nothingKept(): SignetError {
  return new SignetError('configuration', 'this member keeps no policy of a signer', {
    hint: 'give what the lost signer had: signet adopt --ca-key=FILE --network=CIDR --client-lifetime=24h',
  })
}

/** What a dry run of `adopt` tells. Pure. */
export function tellAdoption(proposal: AdoptProposal, { facts, steps, warnings }: AdoptPlan): ToldPlan {
  const { name, address, settings } = facts
  const { networks, members = [] } = settings
  const { kept = null, warnings: found } = proposal.member
  return {
    lines: [...formatWarnings(warnings), ...formatProposal(proposal)],
    fields: { name, address, networks, members, keptPolicy: kept, offer: proposal.offer },
    steps,
    warnings: [...found, ...warnings],
  }
}
