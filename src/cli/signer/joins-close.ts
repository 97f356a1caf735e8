import { isDeepStrictEqual } from 'node:util'
import { isOfName } from '../../cluster/member-pair.ts'
import { maxListedMembers } from '../../core/member-name.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { HostWorld } from '../../setup/host-world.ts'
import { changeConfiguration } from '../../setup/joins/change-configuration.ts'
import { confirm } from '../../setup/joins/confirm.ts'
import { editJoins } from '../../setup/joins/edit-joins.ts'
import { formatClosePlan } from '../../setup/joins/format-joins.ts'
import { type ClosePlan, planClose } from '../../setup/joins/plan-close.ts'
import { listConfigured, readKnownMembers, readListedMembers, requireSigner } from '../../setup/joins/signer-host.ts'
import { readSignetYaml } from '../../setup/signer/leader-services.ts'
import { type CommandStreams, printJson, sayOn } from '../command-streams.ts'

/** What an operator may say to `joins close`, as typed. */
export interface JoinsCloseOptions {
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** Writes the members of this moment into `signet.yaml`, and gives no other host a member's certificate from then on. */
export async function runJoinsClose(
  options: JoinsCloseOptions,
  streams: CommandStreams,
  world: HostWorld,
): Promise<void> {
  await requireSigner(world)
  const { plan, isClosed } = await readPlan(world)
  const say = sayOn(streams)
  for (const line of formatClosePlan(plan)) say(line)
  if (options.dryRun === true) return report(plan, false, { options, streams })
  if (!isClosed || plan.added.length > 0)
    await confirm({ question: 'Close joins?', command: 'signet joins close', yes: options.yes }, world)
  const outcome = await changeConfiguration(world, {
    recheck: () => requireSamePlan(plan, world),
    edit: (text) => editJoins(text, { joins: 'closed', add: plan.added }, world.layout.configuration),
    isInForce: ({ joins, configured }) =>
      joins === 'closed' && plan.added.every(({ name }) => configured.some(isOfName(name))),
  })
  say(outcome === 'changed' ? 'joins are closed' : 'joins were closed already')
  report(plan, outcome === 'changed', { options, streams })
}

async function readPlan(world: HostWorld): Promise<{ readonly plan: ClosePlan; readonly isClosed: boolean }> {
  const [listed, known, config] = await Promise.all([
    // One member's own list may be that of one that was cut off: what is written here holds for good.
    readListedMembers(world, { needsQuorum: true }),
    readKnownMembers(world),
    readSignetYaml(world),
  ])
  if (listed.length >= maxListedMembers) {
    throw new SignetError('configuration', `etcd lists ${maxListedMembers} members or more, and no more are read`, {
      hint: 'take out those that do not belong: signet member list; then: signet member remove ID',
    })
  }
  // Root may have edited it since the authority read it.
  const plan = planClose(listed, { holders: known.holders, configured: listConfigured(config) })
  return { plan, isClosed: config.joins === 'closed' && known.joins === 'closed' }
}

// While root read the table a member may have been removed, or its name released: its pair must not come back.
async function requireSamePlan({ added }: ClosePlan, world: HostWorld): Promise<void> {
  const { plan } = await readPlan(world)
  if (isDeepStrictEqual(plan.added, added)) return
  throw new SignetError('try-later', 'the members have changed since they were shown; nothing was changed', {
    hint: 'see them again: signet joins close',
  })
}

interface Reporting {
  readonly options: JoinsCloseOptions
  readonly streams: CommandStreams
}

function report({ rows, unlisted }: ClosePlan, isChanged: boolean, { options, streams }: Reporting): void {
  if (options.json === true) printJson(streams, { isChanged, members: rows, unlisted })
}
