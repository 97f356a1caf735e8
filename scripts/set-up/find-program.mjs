// What PATH has, and an ordinary user's PATH should.
import { accessSync, constants, statSync } from 'node:fs'

/** Where Debian keeps sshd and the like: an ordinary user's PATH lacks them. */
const systemDirs = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** The directories of a PATH, then those of the system that it leaves out. */
export function searchDirs(path) {
  const dirs = (path ?? '').split(':').filter((dir) => dir.startsWith('/'))
  return [...dirs, ...systemDirs.filter((dir) => !dirs.includes(dir))]
}

/** Whether a file can be executed by whoever asks. */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** The first program of that name on a PATH, or undefined. */
export function findProgram(name, path = process.env.PATH) {
  return searchDirs(path)
    .map((dir) => `${dir}/${name}`)
    .find(isExecutable)
}
