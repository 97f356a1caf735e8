import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { SetUpError } from '../../set-up/progress.mjs'
import { judgeLicence, type LicenceKind } from './judge-licence.ts'
import type { LinkedPackage } from './linked-packages.ts'

/** A licence, or a notice that has to go with the program (Apache License 2.0, section 4d). */
export interface LicenceFile {
  /** Within its module, such as LICENSE or internal/xxhash/LICENSE.txt. */
  readonly path: string
  readonly content: Buffer
}

export interface LicensedModule {
  readonly module: string
  readonly version: string
  readonly kinds: readonly LicenceKind[]
  readonly files: readonly LicenceFile[]
}

const licenceName = /^(licen[cs]e|copying|unlicense)/i
const noticeName = /^(notice|patents|copyright|authors|third[-_]?part)/i

/** The licences of all that is linked, by module; one that brings none, or a kind that we do not know, ends the build. */
export function gatherLicences(linked: readonly LinkedPackage[]): readonly LicensedModule[] {
  const modules = new Map<string, LinkedPackage[]>()
  for (const each of linked) modules.set(each.module, [...(modules.get(each.module) ?? []), each])
  return [...modules.values()].map(readModule).toSorted((a, b) => (a.module < b.module ? -1 : 1))
}

function readModule(packages: readonly LinkedPackage[]): LicensedModule {
  const [{ module, version, moduleDirectory } = unreachable()] = packages
  const directories = new Set(packages.flatMap(({ directory }) => directoriesBetween(moduleDirectory, directory)))
  const files = [...directories].flatMap((directory) => readLicenceFiles(moduleDirectory, directory))
  return licensed({ module, version, files })
}

/** The licence of Go itself, whose library is linked into every program. */
export function readGoLicence(goRoot: string, toolchain: string): LicensedModule {
  return licensed({ module: 'Go standard library', version: toolchain, files: readLicenceFiles(goRoot, goRoot) })
}

function licensed(found: Omit<LicensedModule, 'kinds'>): LicensedModule {
  const licences = found.files.filter(({ path }) => licenceName.test(path.split('/').at(-1) ?? ''))
  if (!licences.some(({ path }) => !path.includes('/')))
    throw new SetUpError(
      `${found.module} ${found.version} brings no licence file: what it allows is not known, and it cannot be packaged`,
    )
  const kinds = licences.flatMap(({ path, content }) => {
    const judged = judgeLicence(content.toString('utf8'))
    if (judged.length > 0) return judged
    throw new SetUpError(
      `${path} of ${found.module} ${found.version} is a licence of no kind that this package may carry: read it`,
    )
  })
  return { ...found, kinds: [...new Set(kinds)].toSorted() }
}

/** A module's directory, and all on the way to one of its packages: copied code often has a licence of its own. */
function directoriesBetween(root: string, directory: string): readonly string[] {
  const parts = relative(root, directory)
    .split(sep)
    .filter((part) => part !== '')
  return ['', ...parts].map((_, index) => join(root, ...parts.slice(0, index)))
}

function readLicenceFiles(root: string, directory: string): readonly LicenceFile[] {
  const names = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && isLicenceFile(entry.name))
    .map(({ name }) => name)
  return names.toSorted().map((name) => {
    const file = join(directory, name)
    return { path: relative(root, file), content: readFileSync(file) }
  })
}

/** license.go is code. */
function isLicenceFile(name: string): boolean {
  return (licenceName.test(name) || noticeName.test(name)) && !/\.(go|s|c|h|sh|py|tmpl|json|ya?ml)$/.test(name)
}

function unreachable(): never {
  throw new Error('a module without packages')
}
