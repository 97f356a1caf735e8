import { parseArgs } from 'node:util'
import { SetUpError } from '../set-up/progress.mjs'
import { defaultMinor, listMinors } from './etcd/etcd-pins.ts'

/** What was typed behind npm run package --. */
export interface PackageArguments {
  readonly help: boolean
  readonly version?: string | undefined
  readonly out?: string | undefined
  readonly compress?: string | undefined
  /** Minors of etcd, each once. */
  readonly withEtcd: readonly string[]
}

export const helpText = `Usage: npm run package [-- OPTION...]

Builds dist/signet, one executable, and the Debian packages signet and signet-server.

  --with-etcd[=MINOR]  signet-etcd too, built from Go modules: ${listMinors().join(' or ')}; without one ${defaultMinor}. May be given again.
                       Needs go, 1.21 or later; takes one to two minutes for each.
  --version=VERSION    of the packages, in the place of the sources'
  --out=DIRECTORY      in the place of dist
  --compress=xz|none   none is faster, for tests
  --help
`

const options = {
  help: { type: 'boolean', default: false },
  version: { type: 'string' },
  out: { type: 'string' },
  compress: { type: 'string' },
  'with-etcd': { type: 'string', multiple: true },
} as const

/** Reads the arguments; `--with-etcd` may stand without a value, which parseArgs has no word for. */
export function parsePackageArguments(args: readonly string[]): PackageArguments {
  const whole = args.map((arg) => (arg === '--with-etcd' ? '--with-etcd=' : arg))
  const { 'with-etcd': withEtcd = [], ...others } = parseValues(whole)
  return { ...others, withEtcd: [...new Set(withEtcd.map((minor) => minor || defaultMinor))] }
}

function parseValues(args: string[]) {
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    throw new SetUpError(`${error instanceof Error ? error.message : error} (npm run package -- --help)`, 64)
  }
}
