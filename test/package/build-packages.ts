import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { findGo } from '../../scripts/set-up/other-versions/go-toolchain.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the executable and the packages are. */
    readonly packages: string
    /** The same, built once more from the same sources by somebody with another umask, in another place. */
    readonly rebuilt: string
    /** Whether signet-etcd is among them: its two builds take minutes. */
    readonly withEtcd: boolean
  }
}

/** Builds the packages twice; vitest calls what this returns in the end. */
export function setup(project: TestProject): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'signet-packages-'))
  const [packages, rebuilt] = [join(directory, 'packages'), join(directory, 'rebuilt')]
  const withEtcd = process.env['SIGNET_SLOW_TESTS'] !== undefined
  if (withEtcd && findGo() === undefined) throw new Error('signet-etcd cannot be built: there is no go')
  if (!withEtcd) process.stderr.write('skipped: signet-etcd is built and tested with SIGNET_SLOW_TESTS=1 alone\n')
  const options = withEtcd ? ['--with-etcd'] : []
  build(packages, { umask: '022', options })
  build(rebuilt, { umask: '077', options })
  project.provide('withEtcd', withEtcd)
  project.provide('packages', packages)
  project.provide('rebuilt', rebuilt)
  return () => rmSync(directory, { recursive: true })
}

// Not compressed: that would take most of the time, and what is tested is what is in them.
function build(out: string, { umask, options }: { readonly umask: string; readonly options: readonly string[] }): void {
  const command = `umask ${umask}; exec "$0" scripts/package.ts --compress=none "$@"`
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1735689600' }
  const args = ['-c', command, process.execPath, `--out=${out}`, ...options]
  execFileSync('sh', args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
}
