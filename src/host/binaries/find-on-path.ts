import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'

/** A program in the directories of PATH, as a shell would find it; undefined where there is none. */
export function findOnPath(name: string, path: string | undefined): string | undefined {
  const directories = (path ?? '').split(delimiter).filter((directory) => directory !== '')
  return directories.map((directory) => resolve(directory, name)).find(isProgram)
}

/** Whether a path is a file that whoever runs this may start. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
