import { SignetError } from '../../../core/signet-error.ts'
import type { HostWorld } from '../../host-world.ts'
import { type RecoverReceipt, writeRecoverReceipt } from '../recover-receipt.ts'
import { unconfirmedOf } from './format-recover-receipt.ts'

/**
 * Has root say of each member that is gone that it is off for good or fenced: at the terminal, or by having named it. Until then
 * the recovery is not done. Throws `try-later` where one is left.
 */
export async function confirmGone(
  receipt: RecoverReceipt,
  fenced: readonly string[],
  world: HostWorld,
): Promise<RecoverReceipt> {
  requireGone(receipt, fenced)
  let current = receipt
  const confirm = async (name: string): Promise<void> => {
    const members = current.members.map((one) => (one.name === name ? { ...one, isConfirmed: true } : one))
    current = { ...current, members }
    await writeRecoverReceipt(current, world)
  }
  for (const name of fenced) await confirm(name)
  for (const { name, addresses } of unconfirmedOf(current)) {
    const question = `Is ${name} (${addresses.join(', ')}) off for good, or fenced on every member and master?`
    if ((await world.confirm(question)) !== true) break
    await confirm(name)
  }
  const left = unconfirmedOf(current).map(({ name }) => name)
  if (left.length === 0) return current
  throw new SignetError(
    'try-later',
    `the new cluster serves, and nobody has confirmed that ${left.join(', ')} is off or fenced`,
    {
      hint: `once that is so: signet recover --fenced=${left.join(' --fenced=')}`,
    },
  )
}

function requireGone({ members }: RecoverReceipt, fenced: readonly string[]): void {
  const gone = members.filter(({ state }) => state === 'gone').map(({ name }) => name)
  const strange = fenced.find((name) => !gone.includes(name))
  if (strange === undefined) return
  throw new SignetError('usage', `--fenced=${strange} names no member that is gone`, {
    hint: gone.length === 0 ? 'none is: leave it out' : `those that are gone: ${gone.join(', ')}`,
  })
}
