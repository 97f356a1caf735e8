import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { isMemberName } from '../../protocol/names.ts'
import type { HostWorld } from '../host-world.ts'
import { applyRelease, readRelease } from './apply-release.ts'
import { formatRelease } from './format-joins.ts'
import { isNeeded } from './plan-release.ts'
import { isSigner } from './signer-host.ts'

/** Where a member was removed, and who hears what became of its name. */
export interface Removal {
  readonly world: HostWorld
  readonly say: (line: string) => void
  readonly isDryRun: boolean
}

/**
 * Frees the name of a member that was removed, or says what to type for that. Without it a host that takes the name at another
 * address gets the short lifetime only, until the old certificate expires.
 */
export async function releaseRemoved(name: string, { world, say, isDryRun }: Removal): Promise<boolean> {
  if (!isMemberName(name)) return false
  const command = `signet joins release ${name}`
  if (!isSigner(world) || !world.isRoot) {
    say(`its name is still held by its address; to free it, on the signer: ${command}`)
    return false
  }
  // As long as etcd lists it nothing can be said of its name.
  if (isDryRun) return false
  try {
    const plan = await readRelease(world, name)
    if (isNeeded(plan)) await applyRelease(world, plan)
    for (const line of formatRelease(plan, false)) say(line)
    return isNeeded(plan)
  } catch (error) {
    const { code, message } = asSignetError(error)
    throw new SignetError(code, `${name} is removed, but its name was not freed: ${message}`, {
      hint: command,
      cause: error,
    })
  }
}
