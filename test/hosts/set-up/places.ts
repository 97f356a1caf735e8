import { fileURLToPath } from 'node:url'

const checkout = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')

/** The checkout, and what this suite keeps in its cache: deleting it is always safe while nothing runs. */
export const places = {
  checkout,
  dist: `${checkout}/dist`,
  cache: `${checkout}/.cache/hosts`,
  /** One directory for each run, named for its process, with the disks of its hosts. */
  runs: `${checkout}/.cache/hosts/runs`,
  /** What has passed of the whole matrix, a directory a commit. */
  passed: `${checkout}/.cache/hosts/passed`,
  /** What hosts said, after a scenario that failed. */
  failures: `${checkout}/.cache/hosts/failures`,
}
