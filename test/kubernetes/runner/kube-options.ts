import { parseArgs } from 'node:util'

/** What was asked for on the command line. */
export interface KubeOptions {
  /** Names of scenarios; all where it is empty. */
  readonly only: readonly string[]
  /** Every scenario on every pair. */
  readonly all: boolean
  /** Minors, such as 1.37; all where it is empty. */
  readonly kubernetes: readonly string[]
  readonly etcd: readonly string[]
}

/** Words that nobody understands. */
export class KubeUsageError extends Error {}

export const kubeUsage = `usage: npm run test:kubernetes -- [--all] [--only SCENARIO]... [--kubernetes 1.37]... [--etcd 3.6]...

  Each scenario runs on the newest Kubernetes with the newest etcd, and on the oldest Kubernetes with the oldest etcd.

  --all         on every Kubernetes with every etcd; what has passed at this commit is not run again
  --only        only this scenario; can be repeated
  --kubernetes  only this minor, with every etcd that is chosen; can be repeated
  --etcd        only this minor, with every Kubernetes that is chosen; can be repeated
`

/** The options in a command line. Throws KubeUsageError. */
export function parseKubeOptions(args: readonly string[], scenarios: readonly string[]): KubeOptions {
  const values = parse(args)
  const unknown = values.only.find((name) => !scenarios.includes(name))
  if (unknown !== undefined) throw new KubeUsageError(`${unknown} is none of: ${scenarios.join(' ')}`)
  return values
}

function parse(args: readonly string[]): KubeOptions {
  const several = { type: 'string', multiple: true, default: [] as string[] } as const
  try {
    const options = {
      only: several,
      kubernetes: several,
      etcd: several,
      all: { type: 'boolean', default: false },
    } as const
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new KubeUsageError(error instanceof Error ? error.message : String(error))
  }
}
