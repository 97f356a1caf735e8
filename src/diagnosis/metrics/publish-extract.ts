import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { requireGuarded } from '../../host/files/guarded-path.ts'
import { lookAt } from '../../host/files/look-at.ts'
import { removeTemporaries, writeFileAtomically } from '../../host/files/write-file-atomically.ts'

/** Many times what a host has to say. */
const maxBytes = 1024 * 1024

export interface Publication {
  /** What root has made. */
  readonly extract: string
  /** The file that is read by the exporter, or shown by a web server. */
  readonly file: string
  /** Who must have made the extract. */
  readonly makerUid: number
  /** Who this is. */
  readonly ownUid: number
  readonly mode: number
}

/**
 * Puts root's extract where others read, by an account that can do nothing else: root itself would write into a
 * directory that other accounts have a hand in (CWE-59). On a full disk the old file stays.
 */
export async function publishExtract({ extract, file, makerUid, ownUid, mode }: Publication): Promise<void> {
  const text = await readExtract(extract, makerUid)
  await requireOutput(dirname(file), ownUid)
  await removeTemporaries(file)
  await writeFileAtomically(file, text, { mode })
}

/**
 * Refuses a place for metrics that is not there, or that another account could exchange: who is tempted to have root write into
 * node_exporter's own directory gives that account's owner root's hand (CWE-59). Throws `configuration` and `refused`.
 */
export async function requireOutput(directory: string, ownUid: number): Promise<void> {
  if ((await lookAt(directory))?.kind === 'directory')
    return requireGuarded(join(resolve(directory), 'signet.prom'), { look: lookAt, ownUid, remedy: seeMetrics })
  throw new SignetError('configuration', `there is no directory ${directory}`, {
    hint: `as root, start what makes it: systemctl start signet-metrics; or make it: mkdir ${quoteShell(directory)}`,
  })
}

function seeMetrics(): string {
  return 'let the timer do it, and see "Metrics and alerts" in docs/OPERATIONS.md'
}

async function readExtract(path: string, makerUid: number): Promise<string> {
  // No link is followed, and nobody waits for a pipe.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const opened = await open(path, flags).catch((cause: unknown) => {
    throw notTaken(path, 'cannot be read', cause)
  })
  try {
    const found = await opened.stat()
    if (!found.isFile() || found.uid !== makerUid) throw notTaken(path, 'is not what root has made')
    if (found.size > maxBytes) throw notTaken(path, 'is too long')
    return await opened.readFile('utf8')
  } finally {
    await opened.close()
  }
}

function notTaken(path: string, why: string, cause?: unknown): SignetError {
  return new SignetError('configuration', `the extract ${path} ${why}`, {
    hint: 'see why: journalctl -u signet-metrics-extract -n 20',
    cause,
  })
}
