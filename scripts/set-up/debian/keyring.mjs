// Debian's keys, also those of a release that is newer than this machine's.
import { existsSync, mkdirSync } from 'node:fs'
import { downloadPackages, unpackPackages } from './download-packages.mjs'

const keyrings = '/usr/share/keyrings'

/**
 * Debian's keys: the system's, or, where those are older than the release, the newest that its own release offers.
 * @param {string} release
 * @param {string} dir where they may be unpacked
 * @returns {Promise<string>}
 */
export async function findKeyring(release, dir) {
  if (existsSync(`${keyrings}/debian-archive-${release}-stable.gpg`)) return `${keyrings}/debian-archive-keyring.gpg`
  mkdirSync(dir, { recursive: true })
  const debFiles = await downloadPackages(['debian-archive-keyring'], { stateDir: `${dir}/apt`, targetDir: dir })
  await unpackPackages(debFiles, dir)
  return `${dir}${keyrings}/debian-archive-keyring.gpg`
}
