// npm run package: dist/signet, one executable, and the two Debian packages.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildExecutable } from './package/build-executable.ts'
import { checkout } from './package/checkout.ts'

const dist = join(checkout, 'dist')
mkdirSync(dist, { recursive: true })
const work = mkdtempSync(join(dist, '.package-'))
try {
  await buildExecutable(join(dist, 'signet'), work)
} finally {
  rmSync(work, { recursive: true, force: true })
}
