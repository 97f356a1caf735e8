import { isDeepStrictEqual } from 'node:util'
import { isOfName } from '../../cluster/member-pair.ts'
import { maxListedMembers } from '../../core/member-name.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { HostWorld } from '../host-world.ts'
import { readSignetYaml } from '../signer-configuration.ts'
import { changeConfiguration } from './change-configuration.ts'
import { editJoins } from './edit-joins.ts'
import { type ClosePlan, planClose } from './plan-close.ts'
import { listConfigured, readKnownMembers, readListedMembers } from './signer-host.ts'

/** What closing joins would write, and whether there is anything to write. */
export interface ClosingRead {
  readonly plan: ClosePlan
  readonly isNeeded: boolean
}

/** Reads what closing joins would write into `signet.yaml`. */
export async function readClosePlan(world: HostWorld): Promise<ClosingRead> {
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
  const isClosed = config.joins === 'closed' && known.joins === 'closed'
  return { plan, isNeeded: !isClosed || plan.added.length > 0 }
}

/** Writes the members of the plan into `signet.yaml` and closes joins; says whether that changed anything. */
export async function closeJoins(plan: ClosePlan, world: HostWorld): Promise<boolean> {
  const outcome = await changeConfiguration(world, {
    recheck: () => requireSamePlan(plan, world),
    edit: (text) => editJoins(text, { joins: 'closed', add: plan.added }, world.layout.configuration),
    isInForce: ({ joins, configured }) =>
      joins === 'closed' && plan.added.every(({ name }) => configured.some(isOfName(name))),
  })
  return outcome === 'changed'
}

// While root read the table a member may have been removed, or its name released: its pair must not come back.
async function requireSamePlan({ added }: ClosePlan, world: HostWorld): Promise<void> {
  const { plan } = await readClosePlan(world)
  if (isDeepStrictEqual(plan.added, added)) return
  throw new SignetError('try-later', 'the members have changed since they were shown; nothing was changed', {
    hint: 'see them again: signet joins close',
  })
}
