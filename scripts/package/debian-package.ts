import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** Of every package; the executable has Node.js for it. */
export const architecture = 'amd64'

export const maintainer = 'The Signet authors <signet@example.org>'

/** A file of a package: copied, written, or a link. Modes are 0644 where nothing else is said. */
export type PackagedFile =
  | { readonly path: string; readonly from: string; readonly mode?: number }
  | { readonly path: string; readonly content: string | Buffer; readonly mode?: number }
  | { readonly path: string; readonly link: string }

export interface DebianPackage {
  readonly name: string
  readonly version: string
  /** Fields of `DEBIAN/control` behind those that every package has. */
  readonly control: Readonly<Record<string, string>>
  readonly files: readonly PackagedFile[]
  readonly scripts: MaintainerScripts
}

/** By name, such as postinst: a file, or what is in it. */
export type MaintainerScripts = Readonly<Record<string, { readonly from: string } | { readonly content: string }>>

interface BuildPlace {
  /** A directory that is not there yet. */
  readonly root: string
  readonly dist: string
  /** All times in the package, so that the same sources make the same bytes. */
  readonly builtAt: Date
  readonly compression: Compression
}

type Compression = 'xz' | 'none'

/** How the package is compressed, as typed. */
export function parseCompression(text = 'xz'): Compression {
  if (text === 'xz' || text === 'none') return text
  throw new Error(`--compress is ${text}, and must be xz or none`)
}

/** Builds a .deb and returns its file. */
export function buildDebianPackage(description: DebianPackage, place: BuildPlace): string {
  const { root, dist, builtAt, compression } = place
  for (const file of description.files) placeFile(root, file)
  const sums = description.files.flatMap((file) => ('link' in file ? [] : [formatSum(root, file.path)]))
  const installedKiB = measureKiB(root)
  placeFile(root, { path: 'DEBIAN/md5sums', content: sums.sort().join('') })
  placeFile(root, { path: 'DEBIAN/control', content: formatControl(description, installedKiB) })
  for (const [name, script] of Object.entries(description.scripts))
    placeFile(root, { path: `DEBIAN/${name}`, ...script, mode: 0o755 })
  setTimes(root, builtAt)
  const target = join(dist, `${description.name}_${description.version}_${architecture}.deb`)
  const environment = { ...process.env, SOURCE_DATE_EPOCH: String(builtAt.getTime() / 1000) }
  execFileSync('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '--build', root, target], {
    env: environment,
    stdio: 'ignore',
  })
  return target
}

function placeFile(root: string, file: PackagedFile): void {
  const target = join(root, file.path)
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 })
  if ('link' in file) {
    symlinkSync(file.link, target)
    return
  }
  if ('from' in file) cpSync(file.from, target)
  else writeFileSync(target, file.content)
  chmodSync(target, file.mode ?? 0o644)
}

function formatSum(root: string, path: string): string {
  return `${createHash('md5')
    .update(readFileSync(join(root, path)))
    .digest('hex')}  ${path}\n`
}

function formatControl({ name, version, control }: DebianPackage, installedKiB: number): string {
  const fields = {
    Package: name,
    Version: version,
    Architecture: architecture,
    Maintainer: maintainer,
    'Installed-Size': String(installedKiB),
    Section: 'admin',
    Priority: 'optional',
    ...control,
  }
  return Object.entries(fields)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('')
}

/** As dpkg-gencontrol counts: whole KiB of each file, one for whatever else there is, whatever the file system takes. */
function measureKiB(root: string): number {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => (entry.isFile() ? Math.ceil(statSync(join(entry.parentPath, entry.name)).size / 1024) : 1))
    .reduce((sum, size) => sum + size, 0)
}

function setTimes(root: string, at: Date): void {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) chmodSync(path, 0o755)
    lutimesSync(path, at, at)
  }
}
