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

/** Takes packages that were built before; answers with their directory. */
export async function usePackages(directory: string): Promise<string> {
  if (!existsSync(`${directory}/next`)) await buildNext(directory)
  return directory
}

// What a scenario upgrades to; hosts see it below the others, as /opt/signet/next.
async function buildNext(directory: string): Promise<void> {
  const options = ['--version=99.0.0', `--out=${directory}/next`, '--compress=none']
  await withSignOfLife('building the packages of a later version', () => build(options))
}

async function build(options: readonly string[]): Promise<void> {
  await runCommand(process.execPath, ['scripts/package.ts', ...options], { cwd: places.checkout })
}
