import { type HostWorld, requireRoot } from '../../setup/host-world.ts'
import { confirm } from '../../setup/joins/confirm.ts'
import { requireOwnHost } from '../../setup/require-own-host.ts'
import { formatPlan, formatWarnings } from '../../setup/run/format-plan.ts'
import { adoptHost } from '../../setup/signer/adopt-host.ts'
import {
  type AdoptAnswers,
  decideAdoption,
  formatProposal,
  readAdoptProposal,
  tellAdoption,
} from '../../setup/signer/adopt-proposal.ts'
import { readOwnPin } from '../../setup/signer/ensure-ca.ts'
import type { CommandStreams } from '../command-streams.ts'
import { withSetupLog } from './setup-streams.ts'

/** What an operator may say to `adopt`, as typed. */
export interface AdoptOptions extends AdoptAnswers {
  readonly yes?: boolean
  readonly json?: boolean
  readonly dryRun?: boolean
}

/** Makes this member the signer, with the saved key of the one that is lost. */
export async function runAdopt(options: AdoptOptions, streams: CommandStreams, world: HostWorld): Promise<void> {
  const { yes, json, dryRun, ...answers } = options
  requireRoot(world)
  await requireOwnHost(world)
  if (dryRun === true) {
    const proposal = await readAdoptProposal(answers, world)
    const plan = await decideAdoption(proposal, false, world)
    streams.stdout.write(formatPlan(tellAdoption(proposal, plan), json))
    return
  }
  await withSetupLog(world, streams, async ({ say, listener }) => {
    const proposal = await readAdoptProposal(answers, world)
    for (const line of formatProposal(proposal)) say(line)
    const plan = await decideAdoption(proposal, yes !== true, world)
    for (const line of formatWarnings(plan.warnings)) say(line)
    const question = 'Make this host the signer, with these members?'
    await confirm({ question, command: `signet adopt --ca-key=${answers.caKey ?? 'FILE'}`, yes }, world)
    const { caKeyPem } = proposal.member
    await adoptHost(plan, { caKeyPem, listener: listener(plan.steps.length) }, world)
    const { name, address, settings } = plan.facts
    say(`${name} is the signer now, at ${address}; members and masters find it at their next renewal`)
    say('joins are closed; to let a new host join, here: signet joins open --for 1h')
    if (json !== true) return
    const { networks, members } = settings
    streams.stdout.write(`${JSON.stringify({ name, address, networks, pin: await readOwnPin(world), members })}\n`)
  })
}
