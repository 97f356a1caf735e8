import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type SandboxLayout, shortNames } from './sandbox-layout.ts'

/** Links what people look for on a host to where it is below its root, or will be. */
export function makeShortNames(layout: SandboxLayout, host: string): void {
  for (const [name, path] of Object.entries(shortNames(layout, host))) {
    const link = join(layout.directory, name)
    mkdirSync(dirname(link), { recursive: true, mode: 0o700 })
    symlinkSync(relative(dirname(link), path), link)
  }
}
