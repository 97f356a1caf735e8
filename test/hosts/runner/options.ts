import { parseArgs } from 'node:util'
import { isRelease, type Release, releases } from '../set-up/release.ts'

/** What was asked for on the command line. */
export interface Options {
  readonly releases: readonly Release[]
  /** Names of scenarios; where it is empty, each runs once. */
  readonly only: readonly string[]
  /** Every scenario on every release. */
  readonly all: boolean
  /** A directory with packages that were built before. */
  readonly packages?: string | undefined
  /** Of root on every host. */
  readonly umask?: string | undefined
}

/** Words that nobody understands. */
export class UsageError extends Error {}

export const usage = `usage: npm run test:hosts -- [--all | --only SCENARIO...] [--release trixie|bookworm]... [--packages DIR] [--umask 077]

  Each scenario runs once, on one of the releases; one that takes long only with --all or --only.

  --all       every scenario on every release; what has passed at this commit is not run again
  --release   only hosts of this Debian; can be repeated
  --only      only this scenario, on every release, with what it needs set up before it; can be repeated
  --packages  take the packages that DIR holds instead of building them
  --umask     what root's umask is on the hosts, as on hardened ones
`

/** The options in a command line. Throws UsageError. */
export function parseOptions(args: readonly string[], scenarios: readonly string[]): Options {
  const { release, only, all, packages, umask } = parse(args)
  const unknown = release.find((name) => !isRelease(name))
  if (unknown !== undefined) throw new UsageError(`${unknown} is no release that is tested`)
  const stranger = only.find((name) => !scenarios.includes(name))
  if (stranger !== undefined) throw new UsageError(`${stranger} is none of: ${scenarios.join(' ')}`)
  if (all && only.length > 0) throw new UsageError('--all and --only contradict each other')
  const chosen = release.length === 0 ? releases : releases.filter((name) => release.includes(name))
  if (umask !== undefined && !/^0?[0-7]{3}$/.test(umask)) throw new UsageError(`${umask} is no umask`)
  return { releases: chosen, only, all, packages, umask }
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        release: { type: 'string', multiple: true, default: [] },
        only: { type: 'string', multiple: true, default: [] },
        all: { type: 'boolean', default: false },
        packages: { type: 'string' },
        umask: { type: 'string' },
      },
    })
    return values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
