import { formatForgetLine } from '../../authority/journal/forget-line.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { askAuthority } from '../../endpoint/upstream/ask-authority.ts'
import { appendLine } from '../../host/files/append-line.ts'
import type { AuthorityMasters } from '../../protocol/authority-message.ts'
import { isMasterName } from '../../protocol/names.ts'
import type { HostWorld } from '../host-world.ts'
import { changeConfiguration } from './change-configuration.ts'

/**
 * Has the signer forget a master that is gone for good: nobody waits for it to renew any more. The line goes into the journal
 * while the authority is down, by root's own hand: with a question for it on the socket, whoever broke the endpoint could hide
 * masters that fail. Throws `usage`.
 */
export async function forgetMaster(world: HostWorld, name: string): Promise<void> {
  const { layout, clock } = world
  const masters = await askAuthority({ socketPath: layout.authoritySocket }, (authority) => authority.masters())
  requireKnown(name, masters)
  const ownerUid = (await world.readOwner('signet-authority'))?.uid ?? world.ownUid
  await changeConfiguration(world, {
    edit: (text) => text,
    whileStopped: () => appendLine(layout.journal, formatForgetLine({ timeMs: clock.now(), name }), ownerUid),
    // It answers once it has read the journal.
    isInForce: () => true,
  })
}

/**
 * Refuses what is no master's name, and a name that nobody has asked for: a slip would seem to have done something.
 * @internal
 */
export function requireKnown(name: string, { total, soonest }: Pick<AuthorityMasters, 'total' | 'soonest'>): void {
  const hint = 'see them: signet status'
  if (!isMasterName(name)) throw new SignetError('usage', `${quoteUntrusted(name)} is no master's name`, { hint })
  // The authority tells of so many and no more: a name may be among the others.
  const isWhole = soonest.length >= total
  if (isWhole && !soonest.some((master) => master.name === name))
    throw new SignetError('usage', `the journal knows no ${name}`, { hint })
}
