import { basename } from 'node:path'
import * as v from 'valibot'
import { quoteShell } from '../core/quote-shell.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import { readStoreRevision, type StoreRevision } from '../etcd/snapshot/store-revision.ts'
import { type SnapshotDigest, type SnapshotFault, TrailingDigest } from '../etcd/snapshot/trailing-digest.ts'
import type { LocalFiles } from '../host/files/local-files.ts'
import { type LargeFile, withLargeFile } from '../host/large-files/read-large-file.ts'
import { sidecarPath } from '../host/snapshots/snapshot-name.ts'
import { systemErrorCode } from '../host/system-error.ts'
import { type SnapshotSidecar, sidecarSchema } from './snapshot-receipt.ts'

/** A snapshot whose bytes are those that etcd sent. */
export interface VerifiedSnapshot {
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
 * Compares a snapshot's bytes with the digest that etcd ended it with, and with its sidecar where it has one. Throws
 * `bad-data` where they differ, or where it is no snapshot; `configuration` where it cannot be read.
 */
export async function verifySnapshot(file: string, files: Pick<LocalFiles, 'read'>): Promise<VerifiedSnapshot> {
  const { digest, revisions } = await readWhole(file)
  const { bytes, sha256 } = digest
  const { revision, compactRevision } = revisions
  const told = { file, bytes, sha256, revision: `${revision}`, compactRevision: `${compactRevision}` }
  const sidecar = await readSidecar(file, files)
  if (sidecar !== undefined) requireSame(told, sidecar)
  return { ...told, sidecar: sidecar ?? null }
}

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

async function readSidecar(file: string, files: Pick<LocalFiles, 'read'>): Promise<SnapshotSidecar | undefined> {
  const path = sidecarPath(file)
  const found = await files.read(path)
  if (found === undefined) return undefined
  const parsed = v.safeParse(sidecarSchema, parseJson(found.text))
  if (parsed.success) return parsed.output
  throw bad(path, 'is no sidecar of a snapshot', `see it, and move it away: cat ${quoteShell(path)}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function requireSame(told: Omit<VerifiedSnapshot, 'sidecar'>, sidecar: SnapshotSidecar): void {
  const fields = ['sha256', 'bytes', 'revision', 'compactRevision'] as const
  const different = fields.filter((field) => told[field] !== sidecar[field])
  if (different.length === 0) return
  throw bad(
    told.file,
    `is not the one that ${basename(sidecarPath(told.file))} was written for: ${different.join(', ')} differ`,
  )
}

function bad(file: string, what: string, hint = 'take another one: signet snapshot save'): SignetError {
  return new SignetError('bad-data', `${shown(file)} ${what}`, { hint })
}

function shown(file: string): string {
  return quoteUntrusted(file)
}
