import { basename, dirname, join } from 'node:path'
import { quoteShell } from '../core/quote-shell.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import { readStoreRevision, type StoreRevision } from '../etcd/snapshot/store-revision.ts'
import { type SnapshotDigest, type SnapshotFault, TrailingDigest } from '../etcd/snapshot/trailing-digest.ts'
import type { LocalFiles } from '../host/files/local-files.ts'
import { type LargeFile, withLargeFile } from '../host/large-files/read-large-file.ts'
import { parseSnapshotName, sidecarPath, snapshotName } from '../host/snapshots/snapshot-name.ts'
import { systemErrorCode } from '../host/system-error.ts'
import { readSidecar } from './sidecar/read-sidecar.ts'
import { type JudgedSignature, readSigner } from './sidecar/read-signer.ts'
import type { SnapshotSidecar } from './snapshot-receipt.ts'

/** A snapshot whose bytes are those that etcd sent. */
export interface VerifiedSnapshot extends JudgedSignature {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  /** Read from the file itself. */
  readonly revision: string
  readonly compactRevision: string
  /** What stands beside it, and agrees with it; null where nothing does. */
  readonly sidecar: SnapshotSidecar | null
}

const faults: Readonly<Record<SnapshotFault, string>> = {
  empty: 'is empty',
  foreign: 'is no snapshot of etcd: it does not begin as a database of etcd does',
  'without-digest': 'has no digest at its end: it is a copy of a database file of etcd, or it breaks off',
  'cut-off': 'breaks off: its length is that of no snapshot',
  changed: 'was changed since etcd sent it: the SHA-256 at its end is another than that of its bytes',
}

/**
 * Compares a snapshot's bytes with the digest that etcd ended it with, and with its sidecar where it has one; whose signature
 * that bears is judged by the CAs in `caFile`, where there is such a file. Throws `bad-data` where they differ, or where it is
 * no snapshot; `refused` where somebody signed who may not have; `configuration` where it cannot be read.
 */
export async function verifySnapshot(
  file: string,
  files: Pick<LocalFiles, 'read'>,
  caFile?: string,
): Promise<VerifiedSnapshot> {
  const { digest, revisions } = await readWhole(file)
  const { bytes, sha256 } = digest
  const { revision, compactRevision } = revisions
  const told = { file, bytes, sha256, revision: `${revision}`, compactRevision: `${compactRevision}` }
  const beside = await readSidecar(file, files)
  if (beside === undefined) return { ...told, sidecar: null, signedBy: null, signature: 'none' }
  const { sidecar } = beside
  requireSame(told, sidecar)
  requireOwnTime(file, sidecar)
  return { ...told, sidecar, ...(await readSigner(beside, files, caFile)) }
}

/** What the file itself says. */
type ToldSnapshot = Omit<VerifiedSnapshot, 'sidecar' | keyof JudgedSignature>

interface WholeSnapshot {
  readonly digest: SnapshotDigest
  readonly revisions: StoreRevision
}

async function readWhole(file: string): Promise<WholeSnapshot> {
  const read = await withLargeFile(file, (opened) => digestOf(file, opened)).catch((cause: unknown) => {
    if (cause instanceof SignetError) throw cause
    const code = systemErrorCode(cause)
    const message = code === 'ENOENT' ? `there is no ${shown(file)}` : `${shown(file)} cannot be read (${code})`
    throw new SignetError('configuration', message, { hint: `see: ls -l ${quoteShell(file)}`, cause })
  })
  if (read === undefined) throw bad(file, 'is no plain file', 'name the file of a snapshot')
  return read
}

async function digestOf(file: string, { chunks, readAt }: LargeFile): Promise<WholeSnapshot> {
  const running = new TrailingDigest()
  for await (const chunk of chunks()) running.add(chunk)
  const digest = running.finish()
  if (digest.fault !== undefined) throw bad(file, faults[digest.fault])
  return { digest, revisions: await readStoreRevision(readAt) }
}

function requireSame(told: ToldSnapshot, sidecar: SnapshotSidecar): void {
  const fields = ['sha256', 'bytes', 'revision', 'compactRevision'] as const
  const different = fields.filter((field) => told[field] !== sidecar[field])
  if (different.length === 0) return
  throw bad(
    told.file,
    `is not the one that ${basename(sidecarPath(told.file))} was written for: ${different.join(', ')} differ`,
  )
}

// Kept and found by its name: under that of another day an old one would be restored as a new one.
function requireOwnTime(file: string, { time, clusterId, revision }: SnapshotSidecar): void {
  const named = parseSnapshotName(basename(file))
  if (named === undefined) return
  const due = snapshotName(BigInt(`0x${clusterId}`), BigInt(revision), Date.parse(time))
  if (basename(file) === due) return
  const move = (from: string, to: string): string => `mv ${quoteShell(from)} ${quoteShell(to)}`
  const right = join(dirname(file), due)
  const both = `${move(file, right)} && ${move(sidecarPath(file), sidecarPath(right))}`
  throw bad(file, `is ${due} by another name`, `give it its name back: ${both}`)
}

function bad(file: string, what: string, hint = 'take another one: signet snapshot save'): SignetError {
  return new SignetError('bad-data', `${shown(file)} ${what}`, { hint })
}

function shown(file: string): string {
  return quoteUntrusted(file)
}
