import { dirname, resolve } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { requireGuarded } from '../../host/files/guarded-path.ts'
import type { InspectionWorld } from '../inspect/inspection-world.ts'
import { formatPage } from './format-page.ts'
import type { PageFacts } from './page-facts.ts'

type PageWorld = Pick<InspectionWorld, 'files' | 'ownUid'>

/** It names hosts and what is weak about them: not for every account. */
export const pageMode = 0o640

/** What a run that was killed has left is taken away by the next one, once nobody can be writing it any more. */
const abandonedMs = 60_000

const elsewhere = 'name a file in a directory that is yours alone: signet status --html /root/signet.html'

/**
 * Refuses a place for a page before anything is looked at: a directory that others could exchange, by which root would write
 * where they choose (CWE-59), and what is there but is no file, which the page would take the place of. Throws
 * `configuration` and `refused`.
 */
export async function requirePagePlace(file: string, { files, ownUid }: PageWorld): Promise<void> {
  const path = resolve(file)
  await requireGuarded(path, { look: files.look, ownUid }).catch((error: unknown) => {
    const { code, message } = asSignetError(error)
    throw new SignetError(code, message, { hint: elsewhere, cause: error })
  })
  const directory = dirname(path)
  if ((await files.look(directory)) === undefined) {
    throw new SignetError('configuration', `there is no directory ${directory}`, {
      hint: `make it: mkdir ${quoteShell(directory)}`,
    })
  }
  const found = await files.look(path)
  if (found === undefined || found.kind === 'file') return
  const kind = found.kind === 'other' ? 'no file' : `a ${found.kind}`
  throw new SignetError('configuration', `${path} is ${kind}, and a page would take its place`, { hint: elsewhere })
}

/** Puts the page in place, whole, or leaves the old one. Throws `configuration` where there is no room. */
export async function writePage(file: string, facts: PageFacts, { files }: Pick<PageWorld, 'files'>): Promise<void> {
  const path = resolve(file)
  await files.removeTemporaries(path, abandonedMs)
  await files.write(path, formatPage(facts), { mode: pageMode })
}
