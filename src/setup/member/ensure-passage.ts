import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { HostWorld } from '../host-world.ts'

type Passages = Readonly<Record<string, readonly string[]>>

/** Where etcd must get to. */
export function memberPassages({ layout }: Pick<HostWorld, 'layout'>): Passages {
  return { etcd: [layout.pki, dirname(layout.dataDirectory)] }
}

/** Where the daemons of the host that holds the CA key must get to. */
export function signerPassages({ layout }: Pick<HostWorld, 'layout'>): Passages {
  const both = [layout.pki, dirname(layout.configuration)]
  return { 'signet-authority': [...both, dirname(layout.journal)], 'signet-endpoint': both }
}

/**
 * Refuses a host where a directory keeps an account away from its files, as a root whose umask is 027 or 077 makes them. One
 * that holds nothing, but for empty directories of ours, is what a run has left that was cut off: it is made anew. Changes
 * nothing. Throws `configuration`.
 */
export async function requirePassage(world: HostWorld, passages: Passages): Promise<void> {
  for (const { account, barrier } of await findBarriers(world, passages)) {
    if (isHollow(world, barrier)) continue
    throw new SignetError('configuration', `the account ${account} cannot pass the directory ${barrier}`, {
      hint: `let it through: chmod a+x ${quoteShell(barrier)}; then run the same command again`,
    })
  }
}

/** Removes what `requirePassage` has found to be left over. */
export async function clearPassage(world: HostWorld, passages: Passages): Promise<void> {
  for (const { barrier } of await findBarriers(world, passages)) {
    if (!isHollow(world, barrier)) continue
    for (const directory of runDirectoriesIn(world, barrier)) await world.files.removeEmpty(directory)
  }
}

async function findBarriers(world: HostWorld, passages: Passages) {
  const found = Object.entries(passages).map(async ([account, directories]) => {
    return { account, barrier: await world.findBarrier(account, directories) }
  })
  return (await Promise.all(found)).flatMap(({ account, barrier }) =>
    barrier === undefined ? [] : [{ account, barrier }],
  )
}

function runDirectoriesIn({ layout }: Pick<HostWorld, 'layout'>, barrier: string): readonly string[] {
  return layout.runDirectories.filter((directory) => `${directory}/`.startsWith(`${barrier}/`))
}

function isHollow(world: HostWorld, barrier: string): boolean {
  const ours = runDirectoriesIn(world, barrier)
  const holdsNothing = (directory: string): boolean =>
    readdirSync(directory).every((name) => {
      const inner = join(directory, name)
      return ours.includes(inner) && holdsNothing(inner)
    })
  return ours.includes(barrier) && holdsNothing(barrier)
}
