// npm run package [-- --version=VERSION --out=DIRECTORY --compress=xz|none]: DIRECTORY/signet, one executable, and the two
// Debian packages. A test that upgrades builds another version; it need not be compressed.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { version as sourceVersion } from '../src/core/version.ts'
import { buildExecutable } from './package/build-executable.ts'
import { checkout } from './package/checkout.ts'
import { buildDebianPackage, parseCompression } from './package/debian-package.ts'
import { signetPackage, signetServerPackage } from './package/package-contents.ts'
import { readBuildTime } from './package/read-build-time.ts'

const options = { version: { type: 'string' }, out: { type: 'string' }, compress: { type: 'string' } } as const
const { version = sourceVersion, out = join(checkout, 'dist'), compress } = parseArgs({ options }).values
const compression = parseCompression(compress)
const dist = resolve(out)
// Whatever the umask of whoever builds is: modes are part of a package.
process.umask(0o022)
mkdirSync(dist, { recursive: true })
const work = mkdtempSync(join(dist, '.package-'))
try {
  const executable = join(dist, 'signet')
  await buildExecutable(executable, { work, version })
  const builtAt = readBuildTime()
  const manPages = join(dist, 'man')
  writeManPages(manPages, builtAt)
  for (const description of [
    signetPackage({ version, builtAt }, { executable, manPages }),
    signetServerPackage({ version, builtAt }),
  ]) {
    const place = { root: join(work, description.name), dist, builtAt, compression }
    process.stdout.write(`${buildDebianPackage(description, place)}\n`)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}

function writeManPages(directory: string, builtAt: Date): void {
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(builtAt.getTime() / 1000) }
  rmSync(directory, { recursive: true, force: true })
  execFileSync(process.execPath, [join(checkout, 'scripts/man-pages.ts'), directory, version], { env })
}
