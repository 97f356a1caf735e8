import { dirname } from 'node:path'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { askAuthority } from '../../endpoint/upstream/ask-authority.ts'
import { giveToRoot, requireGuarded } from '../../host/files/guarded-path.ts'
import { withDirectoryLock } from '../../host/files/with-directory-lock.ts'
import { waitUntil } from '../../host/wait-until.ts'
import type { AuthorityMembers } from '../../protocol/authority-message.ts'
import type { HostWorld } from '../host-world.ts'

/** It alone decides by what these settings say; callers wait in its socket meanwhile. */
const authorityUnit = 'signet-authority.service'
const startTimeoutMs = 30_000

/** A change of `signet.yaml`. */
export interface ConfigurationChange {
  readonly edit: (text: string) => string
  /** Throws where what was decided before is no longer so, now that nobody else edits. */
  readonly recheck?: () => Promise<void>
  /** What is done while the authority is down; where a caller has it started again, it is restarted in any case afterwards. */
  readonly whileStopped?: () => Promise<void>
  /** Whether the authority has taken it in. */
  readonly isInForce: (members: AuthorityMembers) => boolean
}

type Expectation = Pick<ConfigurationChange, 'isInForce'>
type Outcome = 'changed' | 'unchanged'

/**
 * Edits `signet.yaml` and has the authority read it again. Where the authority does not come up with the new file, the old
 * one is put back. A run that was cut off between the two is finished by the next one.
 */
export function changeConfiguration(world: HostWorld, change: ConfigurationChange): Promise<Outcome> {
  return withConfigurationLock(world, async () => {
    await change.recheck?.()
    const before = await readOwnConfiguration(world)
    const text = change.edit(before.text)
    const { whileStopped } = change
    if (text === before.text && whileStopped === undefined && (await isInForce(world, change))) return 'unchanged'
    // First: an authority that a caller has started again while it was stopped must not go by the old one.
    if (text !== before.text) await writeConfiguration(world, text)
    try {
      if (whileStopped !== undefined) {
        await world.systemd.stop(authorityUnit)
        await whileStopped()
      }
      await world.systemd.restart(authorityUnit)
      await waitUntilInForce(world, change)
    } catch (error) {
      await putBack(world, before.text, asSignetError(error))
    }
    return 'changed'
  })
}

/** Calls back while no other command of ours edits `signet.yaml`. */
function withConfigurationLock<Value>({ layout }: HostWorld, work: () => Promise<Value>): Promise<Value> {
  return withDirectoryLock(dirname(layout.configuration), work)
}

/**
 * `signet.yaml`, once it is sure that nobody else can have written or exchanged it: what it says is signed, and root would
 * bless it (CWE-379). Throws `refused`, or `configuration`.
 */
async function readOwnConfiguration({ layout, files, ownUid }: HostWorld): Promise<{ readonly text: string }> {
  const { configuration } = layout
  await requireGuarded(configuration, { look: files.look, ownUid, fileOwners: [], remedy: giveToRoot })
  // A link would be replaced by a file, and what it led to would silently count no more.
  const file = await files.readPlain(configuration)
  if (file !== undefined) return file
  throw new SignetError('configuration', `there is no ${configuration}`, { hint: 'run this on the signer' })
}

/** Puts another text in place of `signet.yaml`, with the mode and owner that it has. */
async function writeConfiguration({ layout, files }: HostWorld, text: string): Promise<void> {
  const file = await files.read(layout.configuration)
  const owner = file === undefined ? {} : { owner: { uid: file.uid, gid: file.gid } }
  await files.write(layout.configuration, text, { mode: file?.mode ?? 0o644, ...owner })
}

async function isInForce({ layout }: HostWorld, change: Expectation): Promise<boolean> {
  return askAuthority({ socketPath: layout.authoritySocket }, async (authority) =>
    change.isInForce(await authority.members()),
  ).catch(() => false)
}

async function waitUntilInForce(world: HostWorld, change: Expectation): Promise<void> {
  const failure = (): SignetError =>
    new SignetError('unavailable', 'signet-authority does not answer with what was written', {
      hint: 'see why: systemctl status signet-authority; journalctl -u signet-authority -n 50',
    })
  await waitUntil(() => isInForce(world, change), { timeoutMs: startTimeoutMs, failure })
}

async function putBack(world: HostWorld, text: string, failure: SignetError): Promise<never> {
  await writeConfiguration(world, text)
  // What kept them from starting may keep them still; systemd tries on.
  await world.systemd.restart(authorityUnit).catch(() => {})
  await waitUntilInForce(world, { isInForce: () => true }).catch(() => {})
  const { configuration } = world.layout
  throw new SignetError(failure.code, `${failure.message}; ${configuration} is as it was before`, {
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    cause: failure,
  })
}
