import { mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { quoteSshPath } from '../client/ask/quote-ssh-path.ts'
import { SignetError } from '../core/signet-error.ts'
import { requireGuarded } from '../host/files/guarded-path.ts'
import { lookAt } from '../host/files/look-at.ts'
import { makeVanishingDirectory } from '../host/files/vanishing-directory.ts'
import { requireSocketPath } from '../host/net/unix-socket.ts'
import { systemErrorCode } from '../host/system-error.ts'
import { firstHost, type SandboxLayout, sandboxHostLayout, sandboxLayout, shortNames } from './sandbox-layout.ts'
import { claimDirectory, hasMarker } from './sandbox-owner.ts'

export interface SandboxDirectory {
  readonly layout: SandboxLayout
  /** Removes what nobody asked to keep. */
  readonly leave: () => void
  /** The same after a start that failed: what tells why stays. Returns where, if it would be gone otherwise. */
  readonly leaveLogs: () => string | undefined
}

/** The directory that was named, without what an earlier sandbox left in it; or a new one that is gone at the end. */
export async function prepareDirectory(named: string | undefined): Promise<SandboxDirectory> {
  if (named === undefined) return prepareTemporary()
  refuseUnfitPath(sandboxLayout(resolve(named)))
  // A sandbox of root's has keys too, and removes what an earlier one left.
  await requireGuarded(sandboxLayout(resolve(named)).description, { look: lookAt, ownUid: process.geteuid?.() ?? 0 })
  const layout = sandboxLayout(openDirectory(named))
  // A symbolic link may lead to a path of another kind.
  refuseUnfitPath(layout)
  refuseForeign(layout)
  claimDirectory(layout.directory, layout.marker)
  removeEarlierSandbox(layout)
  makeFolders(layout)
  return { layout, leave: () => rmSync(layout.description, { force: true }), leaveLogs: () => undefined }
}

// What the system or ssh could not be told of.
function refuseUnfitPath(layout: SandboxLayout): void {
  requireSocketPath(sandboxHostLayout(layout, firstHost).authoritySocket)
  quoteSshPath(layout.knownHosts)
}

function prepareTemporary(): SandboxDirectory {
  const directory = makeVanishingDirectory('signet-sandbox-')
  const layout = sandboxLayout(directory.path)
  claimDirectory(layout.directory, layout.marker)
  makeFolders(layout)
  const leaveLogs = (): string | undefined => {
    if (readdirSync(layout.logs).length === 0) {
      directory.remove()
      return undefined
    }
    for (const name of readdirSync(directory.path)) {
      if (join(directory.path, name) !== layout.logs) rmSync(join(directory.path, name), { recursive: true })
    }
    directory.keep()
    return layout.logs
  }
  return { layout, leave: directory.remove, leaveLogs }
}

function openDirectory(named: string): string {
  try {
    makeDirectory(named)
    readdirSync(named)
    return realpathSync(named)
  } catch (cause) {
    throw new SignetError('configuration', `${named} cannot be a sandbox's directory`, {
      hint: 'name a directory with --dir that this account may write to',
      cause,
    })
  }
}

// Not mkdir's own recursion: below /proc that never ends.
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    makeDirectory(dirname(path))
    mkdirSync(path, { mode: 0o700 })
  }
}

function refuseForeign({ directory, marker }: SandboxLayout): void {
  if (readdirSync(directory).length === 0 || hasMarker(marker)) return
  throw new SignetError('configuration', `${directory} is not empty, and no sandbox made it`, {
    hint: 'name a new or empty directory with --dir',
  })
}

// Only what a sandbox makes is removed: a key that somebody made beside it stays.
function removeEarlierSandbox({ directory, marker, ...paths }: SandboxLayout): void {
  const made = Object.values(paths).map((path) => relative(directory, path))
  const short = Object.keys(shortNames({ directory, marker, ...paths }, firstHost))
  for (const name of new Set([...made, ...short].map((path) => path.split(sep)[0] ?? ''))) {
    if (name !== '') rmSync(join(directory, name), { recursive: true, force: true })
  }
}

// The directory itself may be one that others can look into.
function makeFolders({ logs, hosts, sockets }: SandboxLayout): void {
  for (const folder of [logs, hosts, sockets]) mkdirSync(folder, { mode: 0o700 })
}

/** Links what people look for on a host to where it is below its root, or will be. */
export function makeShortNames(layout: SandboxLayout, host: string): void {
  for (const [name, path] of Object.entries(shortNames(layout, host))) {
    const link = join(layout.directory, name)
    mkdirSync(dirname(link), { recursive: true, mode: 0o700 })
    symlinkSync(relative(dirname(link), path), link)
  }
}
