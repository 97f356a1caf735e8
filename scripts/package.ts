// npm run package: one executable and the Debian packages; --help says how. A test that upgrades builds another version; it
// need not be compressed.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { version as sourceVersion } from '../src/core/version.ts'
import { buildExecutable } from './package/build-executable.ts'
import { checkout } from './package/checkout.ts'
import { buildDebianPackage, type DebianPackage, parseCompression } from './package/debian-package.ts'
import { buildEtcd, requireGo } from './package/etcd/build-etcd.ts'
import { signetEtcdPackage } from './package/etcd/etcd-package.ts'
import { parseMinor, readRelease } from './package/etcd/etcd-pins.ts'
import { gatherLicences, readGoLicence } from './package/etcd/licence-files.ts'
import { helpText, type PackageArguments, parsePackageArguments } from './package/package-arguments.ts'
import { signetPackage, signetServerPackage } from './package/package-contents.ts'
import { readBuildTime } from './package/read-build-time.ts'
import { SetUpError } from './set-up/progress.mjs'

try {
  const options = parsePackageArguments(process.argv.slice(2))
  if (options.help) process.stdout.write(helpText)
  else await buildAll(options)
} catch (error) {
  if (!(error instanceof SetUpError)) throw error
  process.stderr.write(`package: error: ${error.message}\n`)
  process.exitCode = error.exitStatus
}

async function buildAll(options: PackageArguments): Promise<void> {
  const { version = sourceVersion, out = join(checkout, 'dist') } = options
  const compression = parseCompression(options.compress)
  const etcds = options.withEtcd.map((minor) => readRelease(parseMinor(minor)))
  if (etcds.length > 0) await requireGo()
  const dist = resolve(out)
  // Whatever the umask of whoever builds is: modes are part of a package.
  process.umask(0o022)
  mkdirSync(dist, { recursive: true })
  const work = mkdtempSync(join(dist, '.package-'))
  const builtAt = readBuildTime()
  const pack = (description: DebianPackage): void => {
    const place = { root: join(work, `${description.name}-${description.version}`), dist, builtAt, compression }
    process.stdout.write(`${buildDebianPackage(description, place)}\n`)
  }
  try {
    const executable = join(dist, 'signet')
    await buildExecutable(executable, { work, version })
    const manPages = join(dist, 'man')
    writeManPages(manPages, { version, builtAt })
    // By the program itself: it holds the table of its commands.
    const readCompletion = (shell: string) => execFileSync(executable, ['completion', shell], { encoding: 'utf8' })
    pack(signetPackage({ version, builtAt }, { executable, manPages, readCompletion }))
    pack(signetServerPackage({ version, builtAt }))
    for (const etcd of etcds) {
      const { linked, goRoot, ...built } = await buildEtcd(etcd, join(work, `etcd-${etcd.minor}`))
      const modules = [readGoLicence(goRoot, built.toolchain), ...gatherLicences(linked)]
      pack(signetEtcdPackage({ version, builtAt, etcd }, { ...built, modules }))
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

function writeManPages(
  directory: string,
  { version, builtAt }: { readonly version: string; readonly builtAt: Date },
): void {
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(builtAt.getTime() / 1000) }
  rmSync(directory, { recursive: true, force: true })
  execFileSync(process.execPath, [join(checkout, 'scripts/man-pages.ts'), directory, version], { env })
}
