// Programs of another release, which bring their own C library and loader.
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { unpackOfRelease } from '../debian/unpack-of-release.mjs'
import { SetUpError } from '../progress.mjs'
import { ensurePrograms } from './version-directory.mjs'

/**
 * The directory of programs as one Debian release has them, with all their libraries, on whatever system we run.
 * @param {{name: string, release: string, packages: readonly string[], files: Readonly<Record<string, string>>}} wanted
 *   `files`: each program's name and its file in the packages
 * @returns {Promise<string>}
 */
export function ensureDebianPrograms({ name, release, packages, files }) {
  const programs = Object.keys(files)
  const source = `Debian ${release}: ${packages.join(' ')}`
  return ensurePrograms({ name, programs, source, make: (dir) => fetchPrograms(dir, { release, packages, files }) })
}

async function fetchPrograms(dir, { release, packages, files }) {
  await unpackOfRelease({ release, packages, withDependencies: true }, dir)
  const loader = findLoader(dir)
  for (const [name, file] of Object.entries(files)) {
    if (!existsSync(`${dir}/root/${file}`))
      throw new SetUpError(`Debian ${release} has no ${file} in ${packages.join(' ')}`)
    writeFileSync(`${dir}/${name}`, ownLoaderScript(name, file, loader), { mode: 0o755 })
  }
}

/** The release's own loader: its C library would not start with the system's. */
function findLoader(dir) {
  for (const parent of ['usr/lib', 'lib']) {
    const triplets = existsSync(`${dir}/root/${parent}`) ? readdirSync(`${dir}/root/${parent}`) : []
    for (const triplet of triplets.filter((entry) => entry.endsWith('-linux-gnu'))) {
      const files = readdirSync(`${dir}/root/${parent}/${triplet}`)
      const loader = files.find((file) => /^ld-linux-.*\.so\.\d+$/.test(file))
      if (loader) return { file: `${parent}/${triplet}/${loader}`, triplet }
    }
  }
  throw new SetUpError('the unpacked packages hold no loader')
}

/** Finds the packages beside itself, so that the checkout may be moved, and execs, so that its pid is the program's. */
function ownLoaderScript(name, file, { file: loader, triplet }) {
  const libraries = ['lib', 'usr/lib'].flatMap((dir) => [`$root/${dir}/${triplet}`, `$root/${dir}`]).join(':')
  const lines = ['#!/bin/sh', `# ${name} as a Debian release has it, unpacked for this checkout by scripts/set-up`]
  lines.push('root=$(cd "${0%/*}/root" && pwd)')
  if (name.startsWith('python'))
    lines.push('export PYTHONHOME="$root/usr" PYTHONDONTWRITEBYTECODE=1 PYTHONNOUSERSITE=1')
  return `${[...lines, `exec "$root/${loader}" --library-path "${libraries}" "$root/${file}" "$@"`].join('\n')}\n`
}
