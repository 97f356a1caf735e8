import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { SignetError } from '../../core/signet-error.ts'
import { isAnswered, requireSocketPath } from '../../host/unix-socket.ts'
import { type SandboxLayout, sandboxLayout } from './sandbox-layout.ts'

export interface SandboxDirectory {
  readonly layout: SandboxLayout
  /** Removes what nobody asked to keep. */
  readonly leave: () => void
}

/** The directory that was named, emptied of an earlier sandbox; or a new one that is gone at the end. */
export async function prepareDirectory(named: string | undefined): Promise<SandboxDirectory> {
  if (named === undefined) return prepareTemporary()
  mkdirSync(named, { recursive: true, mode: 0o700 })
  const layout = sandboxLayout(realpathSync(named))
  requireSocketPath(layout.authoritySocket)
  await emptyEarlierSandbox(layout)
  makeFolders(layout)
  return { layout, leave: () => rmSync(layout.description, { force: true }) }
}

function prepareTemporary(): SandboxDirectory {
  const layout = sandboxLayout(mkdtempSync(join(realpathSync(tmpdir()), 'signet-sandbox-')))
  makeFolders(layout)
  return { layout, leave: () => rmSync(layout.directory, { recursive: true, force: true }) }
}

// Only what a sandbox has made is ever removed, and only where none is running.
async function emptyEarlierSandbox({ directory, marker, authoritySocket }: SandboxLayout): Promise<void> {
  const entries = readdirSync(directory)
  if (entries.length === 0) return
  if (!entries.includes('.signet-sandbox')) {
    throw new SignetError('configuration', `${directory} is not empty, and no sandbox made it`, {
      hint: 'name a new or empty directory with --dir',
    })
  }
  if (await isAnswered(authoritySocket)) {
    throw new SignetError('configuration', `a sandbox is running in ${directory}`, {
      hint: 'stop it, or name another directory with --dir',
    })
  }
  for (const entry of entries) rmSync(join(directory, entry), { recursive: true, force: true })
  writeFileSync(marker, '')
}

function makeFolders(layout: SandboxLayout): void {
  writeFileSync(layout.marker, '')
  const { caKey, journal, authoritySocket, logs } = layout
  for (const folder of [dirname(caKey), dirname(journal), dirname(authoritySocket), logs]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }
}
