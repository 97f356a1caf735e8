// The machine's Go, and how it builds for us.
import { findProgram } from '../find-program.mjs'

/** The machine's `go`, also where PATH leaves out the directory that Go's own archive is unpacked to; or undefined. */
export function findGo() {
  return findProgram('go') ?? findProgram('go', '/usr/local/go/bin')
}

/**
 * The environment of a build whose caches are in one directory, and which says nothing of where it was made.
 * @param {string} dir
 */
export function goEnvironment(dir) {
  // Go's caches are the build's alone, and writable so that they can be removed: nothing is left in the home directory.
  const caches = { GOPATH: dir, GOMODCACHE: `${dir}/modules`, GOCACHE: `${dir}/build` }
  return { ...process.env, ...caches, GOFLAGS: '-modcacherw -trimpath -buildvcs=false', CGO_ENABLED: '0' }
}
