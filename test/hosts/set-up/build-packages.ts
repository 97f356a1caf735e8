import process from 'node:process'
import { runCommand, withSignOfLife } from './command.ts'
import { places } from './places.ts'

/** Builds the packages of this checkout, as `npm run package` does; answers with their directory. */
export async function buildPackages(): Promise<string> {
  await withSignOfLife('building the packages', () =>
    runCommand(process.execPath, ['scripts/package.ts'], { cwd: places.checkout }),
  )
  return places.dist
}
