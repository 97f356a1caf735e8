import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseCertificateAuthority } from '../authority/signing-key.ts'
import type { ClientState } from '../client/client-state.ts'
import { readState } from '../client/saved-state.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import type { CommandStreams } from './client-setup.ts'
import { applyAdopt } from './host-member/apply-adopt.ts'
import { readOwnPin } from './host-member/ensure-ca.ts'
import { requirePassage, signerPassages } from './host-member/ensure-passage.ts'
import { type HostWorld, requireRoot } from './host-member/host-world.ts'
import { type LeaderOptions, parseLeaderSettings } from './host-member/leader-settings.ts'
import { type AdoptPlan, planAdopt } from './host-member/plan-adopt.ts'
import { readSetupFile } from './host-member/setup-file.ts'
import { formatSignetYaml, type LeaderSettings } from './host-member/signet-yaml.ts'
import { fileProgress } from './join/file-progress.ts'
import { withSetupLog } from './setup-streams.ts'

/** What an operator may say to `adopt`, as typed. */
export interface AdoptOptions extends LeaderOptions {
  /** The file with the CA key that was saved when the cluster was founded. */
  readonly caKey?: string
  /** A file that answers what the options do not. */
  readonly config?: string
  readonly json?: boolean
  readonly dryRun?: boolean
}

/** Makes this member the leader, with the saved key of the one that is lost. */
export async function runAdopt(options: AdoptOptions, streams: CommandStreams, world: HostWorld): Promise<void> {
  requireRoot(world)
  if (options.dryRun === true) return printPlan((await readWork(options, world)).plan, options, streams)
  await withSetupLog(world, streams, async ({ say, listener }) => {
    const { plan, caKeyPem, settings } = await readWork(options, world)
    for (const warning of plan.warnings) say(`warning: ${warning}`)
    const configurationText = formatSignetYaml(world, settings)
    const progress = fileProgress(progressFile(world), world.files)
    await applyAdopt(plan, { caKeyPem, configurationText, progress, listener: listener(plan.steps.length) }, world)
    const { name, address, networks } = plan.facts
    say(`${name} is the leader now, at ${address}; members and masters find it at their next renewal`)
    if (options.json !== true) return
    streams.stdout.write(`${JSON.stringify({ name, address, networks, pin: await readOwnPin(world) })}\n`)
  })
}

interface AdoptWork {
  readonly plan: AdoptPlan
  readonly caKeyPem: string
  readonly settings: LeaderSettings
}

async function readWork(options: AdoptOptions, world: HostWorld): Promise<AdoptWork> {
  const { config, json: _, dryRun: __, ...given } = options
  const answers = { ...(await readSetupFile('adopt', config, world.files)), ...given }
  const { name, address, signer } = await readMember(world)
  const caKeyPem = await readKey(answers.caKey, world)
  const settings = parseLeaderSettings(answers, address)
  const { layout } = world
  await requirePassage(world, signerPassages(world))
  const plan = planAdopt({
    name,
    address,
    arguments: formatArguments(settings),
    progress: await fileProgress(progressFile(world), world.files).load(),
    networks: settings.networks,
    hasCaKey: existsSync(layout.caKey),
    hasConfiguration: existsSync(layout.configuration),
    configurationFile: layout.configuration,
    answeringLeader: await findAnsweringLeader(signer, address, world),
  })
  return { plan, caKeyPem, settings }
}

async function readMember({ layout, files }: HostWorld): Promise<ClientState & { readonly address: string }> {
  if (!existsSync(layout.memberCertificate) || !existsSync(layout.renewal)) throw noMember()
  const state = await readState(layout.renewal, { files })
  if (state.kind !== 'member' || state.address === undefined) throw noMember()
  return { ...state, address: state.address }
}

// Another key would make a second CA, which no member and no master trusts: callers would be locked out one by one.
async function readKey(file: string | undefined, { layout, files }: HostWorld): Promise<string> {
  if (file === undefined) {
    throw new SignetError('usage', 'the saved CA key is not named', { hint: 'signet adopt --ca-key=FILE' })
  }
  const key = await files.read(file)
  if (key === undefined) {
    throw new SignetError('usage', `${quoteUntrusted(file)} does not exist`, { hint: 'bring the saved ca.key here' })
  }
  const ca = await files.read(layout.caCertificate)
  parseCertificateAuthority(ca?.text ?? '', key.text)
  return key.text
}

async function findAnsweringLeader(
  signer: ClientState['signer'],
  ownAddress: string,
  { ask }: HostWorld,
): Promise<string | undefined> {
  if (signer.address === ownAddress) return undefined
  const asked = { ...signer, knownHostsFile: '/dev/null', hostKeyPolicy: 'remember' } as const
  return ask(asked, 'get-status').then(
    () => signer.address,
    () => undefined,
  )
}

function printPlan({ facts, steps, warnings }: AdoptPlan, { json }: AdoptOptions, { stdout }: CommandStreams): void {
  const { name, address, networks } = facts
  const lines = [...warnings.map((warning) => `warning: ${warning}`), ...steps.map(({ title }) => title)]
  if (json === true) stdout.write(`${JSON.stringify({ name, address, networks, steps, warnings })}\n`)
  else stdout.write(`${lines.join('\n')}\n`)
}

function progressFile({ layout }: HostWorld): string {
  return join(layout.setupDirectory, 'adopt.json')
}

function formatArguments({ networks, clientLifetime, embeddedPort }: LeaderSettings): string {
  const endpoint = embeddedPort === undefined ? 'openssh' : `embedded:${embeddedPort}`
  const given = networks.map((network) => `--network=${network}`)
  return ['adopt', ...given, `--endpoint=${endpoint}`, `--client-lifetime=${clientLifetime}`].join(' ')
}

function noMember(): SignetError {
  return new SignetError('configuration', 'this host is no member of the cluster', {
    hint: 'run it on a member; a new host joins first, once there is a leader: signet join --signer-ip=IP',
  })
}
