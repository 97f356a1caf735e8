import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the executable and the packages are. */
    readonly packages: string
    /** The same, built once more from the same sources by somebody with another umask, in another place. */
    readonly rebuilt: string
  }
}

/** Builds the packages twice; vitest calls what this returns in the end. */
export function setup(project: TestProject): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'signet-packages-'))
  const [packages, rebuilt] = [join(directory, 'packages'), join(directory, 'rebuilt')]
  build(packages, '022')
  build(rebuilt, '077')
  project.provide('packages', packages)
  project.provide('rebuilt', rebuilt)
  return () => rmSync(directory, { recursive: true })
}

// Not compressed: that would take most of the time, and what is tested is what is in them.
function build(out: string, umask: string): void {
  const command = `umask ${umask}; exec "$0" scripts/package.ts --compress=none --out="$1"`
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1735689600' }
  execFileSync('sh', ['-c', command, process.execPath, out], { env, stdio: ['ignore', 'ignore', 'inherit'] })
}
