import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { checkout } from './checkout.ts'
import { maintainer, type PackagedFile } from './debian-package.ts'

interface Documented {
  readonly name: string
  readonly version: string
  readonly builtAt: Date
}

/** What every package has in its directory of documents. */
export function packageDocuments({ name, version, builtAt }: Documented, copyright: string): readonly PackagedFile[] {
  const directory = `usr/share/doc/${name}`
  const date = builtAt.toUTCString().replace('GMT', '+0000')
  const changes = `${name} (${version}) unstable; urgency=medium\n\n  * See CHANGELOG.md.gz.\n\n -- ${maintainer}  ${date}\n`
  return [
    { path: `${directory}/copyright`, content: copyright },
    { path: `${directory}/changelog.gz`, content: zip(Buffer.from(changes)) },
    { path: `${directory}/CHANGELOG.md.gz`, content: zip(readFileSync(join(checkout, 'CHANGELOG.md'))) },
  ]
}

/** As `gzip -9n`: without a name or a time of its own. */
export function zip(content: Buffer): Buffer {
  return gzipSync(content, { level: 9 })
}
