// What unpacked programs are bound to.
import { readFileSync } from 'node:fs'

/** The release and architecture that unpacked programs and their libraries belong to. */
export function readSystem() {
  let release = ''
  try {
    release = readFileSync('/etc/os-release', 'utf8')
  } catch {
    // Not every system has one; it then has no apt-get either.
  }
  const field = (name) => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(release)?.[1] ?? 'unknown'
  return `${field('ID')}-${field('VERSION_ID')}-${process.arch}`
}
