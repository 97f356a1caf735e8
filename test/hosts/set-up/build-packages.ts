import { existsSync } from 'node:fs'
import process from 'node:process'
import { runCommand, withSignOfLife } from './command.ts'
import { places } from './places.ts'

/** Builds the packages of this checkout, as `npm run package` does; answers with their directory. */
export async function buildPackages(): Promise<string> {
  await withSignOfLife('building the packages', () => build([]))
  await buildNext(places.dist)
  return places.dist
}

/** What a scenario upgrades to, in a directory below that of the packages. */
export async function ensureNextPackages(packages: string): Promise<void> {
  if (!existsSync(`${packages}/next`)) await buildNext(packages)
}

async function buildNext(packages: string): Promise<void> {
  const options = ['--version=99.0.0', `--out=${packages}/next`, '--compress=none']
  await withSignOfLife('building the packages of a later version', () => build(options))
}

async function build(options: readonly string[]): Promise<void> {
  await runCommand(process.execPath, ['scripts/package.ts', ...options], { cwd: places.checkout })
}
