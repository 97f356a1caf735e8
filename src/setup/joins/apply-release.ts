import { formatReleaseLine } from '../../authority/journal/release-line.ts'
import { isOfName } from '../../cluster/member-pair.ts'
import { appendLine } from '../../host/files/append-line.ts'
import type { HostWorld } from '../host-world.ts'
import { readSignetYaml } from '../signer-configuration.ts'
import { changeConfiguration } from './change-configuration.ts'
import { editJoins } from './edit-joins.ts'
import { planRelease, type ReleasePlan } from './plan-release.ts'
import { listConfigured, readKnownMembers, readListedMembers } from './signer-host.ts'

/** Reads what a name's release would end. */
export async function readRelease(world: HostWorld, name: string): Promise<ReleasePlan> {
  const [known, listed, config] = await Promise.all([
    readKnownMembers(world).catch(() => undefined),
    readListedMembers(world, { needsQuorum: false }).catch(() => undefined),
    readSignetYaml(world),
  ])
  // Also those of the authority: a run that was cut off once the file was written has not had it read again.
  const configured = [...listConfigured(config), ...(known?.configured ?? [])]
  return planRelease(name, { known, listed, configured })
}

/**
 * Ends who holds a name: the line goes into the journal while the authority is down, by root's own hand. There is no
 * question on its socket for it: whoever broke the endpoint could free a member's name and take it.
 */
export async function applyRelease(world: HostWorld, { name, held, pair }: ReleasePlan): Promise<void> {
  const { layout, clock } = world
  const timeMs = clock.now()
  const ownerUid = (await world.readOwner('signet-authority'))?.uid ?? world.ownUid
  const isOver = (other: { readonly name: string; readonly since?: string }): boolean =>
    !isOfName(name)(other) || Date.parse(other.since ?? '') > timeMs
  await changeConfiguration(world, {
    edit: (text) => (pair === undefined ? text : editJoins(text, { remove: [name] }, layout.configuration)),
    ...(held === undefined
      ? {}
      : { whileStopped: () => appendLine(layout.journal, formatReleaseLine({ timeMs, name }), ownerUid) }),
    isInForce: ({ holders, configured }) =>
      (held === undefined || holders.every(isOver)) && (pair === undefined || !configured.some(isOfName(name))),
  })
}
