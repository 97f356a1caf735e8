// npm run package: dist/signet, one executable, and the two Debian packages.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../src/core/version.ts'
import { buildExecutable } from './package/build-executable.ts'
import { checkout } from './package/checkout.ts'
import { buildDebianPackage } from './package/debian-package.ts'
import { signetPackage, signetServerPackage } from './package/package-contents.ts'

const dist = join(checkout, 'dist')
mkdirSync(dist, { recursive: true })
const work = mkdtempSync(join(dist, '.package-'))
try {
  const executable = join(dist, 'signet')
  await buildExecutable(executable, work)
  const builtAt = readBuildTime()
  writeManPages(builtAt)
  for (const description of [
    signetPackage({ version, builtAt }, executable),
    signetServerPackage({ version, builtAt }),
  ]) {
    const file = buildDebianPackage(description, { root: join(work, description.name), dist, builtAt })
    process.stdout.write(`${file}\n`)
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}

function writeManPages(builtAt: Date): void {
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(builtAt.getTime() / 1000) }
  execFileSync(process.execPath, [join(checkout, 'scripts/man-pages.ts'), join(dist, 'man')], { env })
}

/** The time of the last commit; outside a repository, now. */
function readBuildTime(): Date {
  try {
    const seconds = execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: checkout, encoding: 'utf8' })
    return new Date(Number(seconds) * 1000)
  } catch {
    return new Date(Math.floor(Date.now() / 1000) * 1000)
  }
}
