import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { runCommand } from '../set-up/command.ts'
import { places } from '../set-up/places.ts'
import type { Release } from '../set-up/release.ts'
import type { Choice } from './choose-scenarios.ts'

/**
 * A directory that remembers what has passed at this commit, with this umask of root's; undefined where the tree has changes that
 * no commit names.
 */
export async function findPassed(umask = '022'): Promise<string | undefined> {
  const changes = await runCommand('git', ['-C', places.checkout, 'status', '--porcelain'])
  if (changes.trim() !== '') return undefined
  const commit = (await runCommand('git', ['-C', places.checkout, 'rev-parse', 'HEAD'])).trim()
  return `${places.passed}/${commit}-${umask}`
}

/** The choice without what has passed already. */
export function withoutPassed(choice: Choice, directory: string): Choice {
  const left = ([release, names]: readonly [Release, readonly string[]]): [Release, readonly string[]] => [
    release,
    names.filter((name) => !existsSync(fileOf(directory, release, name))),
  ]
  return new Map([...choice].map(left))
}

/** Remembers that a scenario has passed. */
export function rememberPassed(directory: string, release: Release, name: string): void {
  mkdirSync(directory, { recursive: true })
  writeFileSync(fileOf(directory, release, name), '')
}

function fileOf(directory: string, release: Release, name: string): string {
  return `${directory}/${release}-${name}`
}
