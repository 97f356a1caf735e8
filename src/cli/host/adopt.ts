import { existsSync } from 'node:fs'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { type HostWorld, requireRoot } from '../../setup/host-world.ts'
import { confirm } from '../../setup/joins/confirm.ts'
import { requirePassage, signerPassages } from '../../setup/member/ensure-passage.ts'
import { requireOwnHost } from '../../setup/require-own-host.ts'
import { fileProgress } from '../../setup/run/file-progress.ts'
import { readSetupFile } from '../../setup/setup-file.ts'
import { applyAdopt } from '../../setup/signer/apply-adopt.ts'
import { readOwnPin } from '../../setup/signer/ensure-ca.ts'
import { formatVoters } from '../../setup/signer/format-voters.ts'
import { formatKeptPairs, formatOffer, isOffered, type KeptOffer, offerKept } from '../../setup/signer/kept-offer.ts'
import type { LeaderOptions } from '../../setup/signer/leader-settings.ts'
import { type AdoptPlan, planAdopt } from '../../setup/signer/plan-adopt.ts'
import { type AdoptionFacts, adoptProgressFile, adoptSettings, readAdoption } from '../../setup/signer/read-adoption.ts'
import { formatSignetYaml, type LeaderSettings } from '../../setup/signer/signet-yaml.ts'
import type { CommandStreams } from '../command-streams.ts'
import { withSetupLog } from './setup-streams.ts'

/** What an operator may say to `adopt`, as typed. */
export interface AdoptOptions extends LeaderOptions {
  /** The file with the CA key that was saved when the cluster was founded. */
  readonly caKey?: string
  /** A file that answers what the options do not. */
  readonly config?: string
  /** Takes from the kept policy what no option says. */
  readonly keptPolicy?: boolean
  readonly yes?: boolean
  readonly json?: boolean
  readonly dryRun?: boolean
}

/** Makes this member the signer, with the saved key of the one that is lost. */
export async function runAdopt(options: AdoptOptions, streams: CommandStreams, world: HostWorld): Promise<void> {
  requireRoot(world)
  await requireOwnHost(world)
  if (options.dryRun === true) return printPlan(await readWork(options, world), { options, streams, world })
  await withSetupLog(world, streams, async ({ say, listener }) => {
    const work = await readWork(options, world)
    for (const line of describeWork(work)) say(line)
    const settings = await decideSettings(work, options, world)
    const plan = planWork(work, settings, { world })
    for (const warning of plan.warnings) say(`warning: ${warning}`)
    const question = 'Make this host the signer, with these members?'
    await confirm({ question, command: `signet adopt --ca-key=${options.caKey ?? 'FILE'}`, yes: options.yes }, world)
    const configurationText = formatSignetYaml(world, settings)
    const progress = fileProgress(adoptProgressFile(world), world.files)
    const { caKeyPem } = work.facts
    await applyAdopt(plan, { caKeyPem, configurationText, progress, listener: listener(plan.steps.length) }, world)
    const { name, address, networks } = plan.facts
    say(`${name} is the leader now, at ${address}; members and masters find it at their next renewal`)
    say('joins are closed; to let a new host join, here: signet joins open --for 1h')
    if (options.json !== true) return
    const { members } = settings
    streams.stdout.write(`${JSON.stringify({ name, address, networks, pin: await readOwnPin(world), members })}\n`)
  })
}

interface AdoptWork {
  readonly facts: AdoptionFacts
  /** As root gave them, with the usual ones where it gave none. */
  readonly settings: LeaderSettings
  readonly offer: KeptOffer
  /** With what is offered. */
  readonly offered: LeaderSettings
}

async function readWork(options: AdoptOptions, world: HostWorld): Promise<AdoptWork> {
  const { config, json: _, dryRun: __, yes: ___, keptPolicy, ...given } = options
  const { caKey, ...answers } = { ...(await readSetupFile('adopt', config, world.files)), ...given }
  const facts = await readAdoption(caKey, world)
  if (keptPolicy === true && facts.kept === undefined) throw nothingKept()
  const settings = adoptSettings(answers, facts)
  await requirePassage(world, signerPassages(world))
  const isGiven = { network: answers.network !== undefined, clientLifetime: answers.clientLifetime !== undefined }
  const found = facts.kept === undefined ? {} : offerKept(facts.kept, settings, isGiven)
  const { offer, offered, warnings } = checkOffer(found, settings, () => adoptSettings({ ...answers, ...found }, facts))
  const work = { facts: { ...facts, warnings: [...facts.warnings, ...warnings] }, settings, offer, offered }
  // Before anything is asked: who is refused in any case has nothing to decide.
  planWork(work, offered, { world, runArguments: facts.progress?.arguments })
  return work
}

// A signer could tell nonsense, to keep any other from taking its place.
function checkOffer(
  offer: KeptOffer,
  settings: LeaderSettings,
  parse: () => LeaderSettings,
): Pick<AdoptWork, 'offer' | 'offered'> & Pick<AdoptionFacts, 'warnings'> {
  try {
    return { offer, offered: parse(), warnings: [] }
  } catch (error) {
    const warnings = [`the kept policy is not offered, since it does not fit: ${asSignetError(error).message}`]
    return { offer: {}, offered: settings, warnings }
  }
}

/** Kept settings count where root says so, having seen them: by the option, or at the terminal. */
async function decideSettings(
  { offer, offered, settings }: AdoptWork,
  { keptPolicy, yes, dryRun }: AdoptOptions,
  world: HostWorld,
): Promise<LeaderSettings> {
  const mayAsk = isOffered(offer) && yes !== true && dryRun !== true
  const isTaken = keptPolicy ?? (mayAsk && (await world.confirm('Take these settings from the kept policy?')))
  return isTaken === true ? offered : settings
}

interface Planning {
  readonly world: HostWorld
  /** Of the run that is continued, where it is not decided yet. */
  readonly runArguments?: string | undefined
}

function planWork({ facts }: AdoptWork, settings: LeaderSettings, { world, runArguments }: Planning): AdoptPlan {
  const { name, address, progress, signer } = facts
  const { configuration, caKey } = world.layout
  return planAdopt({
    name,
    address,
    arguments: runArguments ?? formatArguments(settings),
    progress,
    networks: settings.networks,
    hasCaKey: existsSync(caKey),
    hasConfiguration: existsSync(configuration),
    configurationFile: configuration,
    answeringLeader: signer.answers ? signer.address : undefined,
  })
}

function describeWork({ facts, offer, settings }: AdoptWork): readonly string[] {
  const { kept, members, warnings } = facts
  return [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...formatVoters(facts),
    ...(kept === undefined ? [] : [...formatOffer(offer, kept, settings), ...formatKeptPairs(kept, members.added)]),
    ...(isOffered(offer) ? ['  they count where you say so: at the terminal, or with --kept-policy'] : []),
  ]
}

async function printPlan(
  work: AdoptWork,
  { options, streams, world }: { options: AdoptOptions; streams: CommandStreams; world: HostWorld },
): Promise<void> {
  const settings = await decideSettings(work, options, world)
  const { facts, steps, warnings } = planWork(work, settings, { world })
  const { name, address, networks } = facts
  if (options.json === true) {
    const { members = [] } = settings
    const found = { name, address, networks, members, keptPolicy: work.facts.kept ?? null, offer: work.offer }
    streams.stdout.write(`${JSON.stringify({ ...found, steps, warnings: [...work.facts.warnings, ...warnings] })}\n`)
    return
  }
  const told = [...warnings.map((warning) => `warning: ${warning}`), ...describeWork(work)]
  streams.stdout.write(`${[...told, ...steps.map(({ title }) => title)].join('\n')}\n`)
}

function formatArguments({ networks, clientLifetime, memberLifetime, embeddedPort }: LeaderSettings): string {
  const endpoint = embeddedPort === undefined ? 'openssh' : `embedded:${embeddedPort}`
  const given = networks.map((network) => `--network=${network}`)
  // What no option says stands behind it, as a shell reads past it: whoever is told to type it again types it all.
  const ofMembers = memberLifetime === undefined ? [] : [`--kept-policy # members ${memberLifetime}`]
  return ['adopt', ...given, `--endpoint=${endpoint}`, `--client-lifetime=${clientLifetime}`, ...ofMembers].join(' ')
}

function nothingKept(): SignetError {
  return new SignetError('configuration', 'this member keeps no policy of a signer', {
    hint: 'give what the lost signer had: signet adopt --ca-key=FILE --network=CIDR --client-lifetime=24h',
  })
}
