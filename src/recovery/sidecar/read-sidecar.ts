import * as v from 'valibot'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { LocalFiles } from '../../host/files/local-files.ts'
import { sidecarPath } from '../../host/snapshots/snapshot-name.ts'
import { type SnapshotSidecar, sidecarSchema } from '../snapshot-receipt.ts'
import type { RawSidecar } from './signed-bytes.ts'

/** What stands beside a snapshot, and all that its file says. */
export interface ReadSidecar {
  readonly sidecar: SnapshotSidecar
  readonly raw: RawSidecar
}

// Not v.record, which passes over keys such as __proto__: what is signed is all that stands there.
const anyObject = v.custom<RawSidecar>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))

/** Reads what stands beside a snapshot; undefined where nothing does. Throws `bad-data` where it is none of ours. */
export async function readSidecar(file: string, files: Pick<LocalFiles, 'read'>): Promise<ReadSidecar | undefined> {
  const path = sidecarPath(file)
  const found = await files.read(path)
  if (found === undefined) return undefined
  const raw = v.safeParse(v.pipe(v.string(), v.parseJson(), anyObject), found.text)
  const sidecar = raw.success ? v.safeParse(sidecarSchema, raw.output) : undefined
  if (raw.success && sidecar?.success === true) return { sidecar: sidecar.output, raw: raw.output }
  throw new SignetError('bad-data', `${quoteUntrusted(path)} is no sidecar of a snapshot`, {
    hint: `see it, and move it away: cat ${quoteShell(path)}`,
  })
}
