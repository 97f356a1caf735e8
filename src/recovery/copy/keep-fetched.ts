import { mkdtemp, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { removeFile } from '../../host/files/remove-file.ts'
import { createFile, moveIntoPlace } from '../../host/files/write-file-atomically.ts'
import { receiveFile } from '../../host/large-files/receive-file.ts'
import { sidecarPath } from '../../host/snapshots/snapshot-name.ts'
import { requireFree } from '../put-in-place.ts'
import { readTypedPlace } from '../snapshot-place.ts'
import { type VerifiedSnapshot, verifySnapshot } from '../verify-snapshot.ts'
import { clearFetched, fetchStem } from './clear-fetched.ts'
import { encryptedEnding, sidecarNameOf } from './copy-order.ts'
import type { CopyWorld } from './copy-world.ts'
import { type FetchedCopy, fetchCopy } from './fetch-snapshot.ts'
import { requireCopyRoom } from './require-copy-room.ts'
import { decrypt } from './run-age.ts'
import type { FetchedSidecar } from './take-fetched.ts'

/** Which copy is fetched, and where to. */
export interface KeepOrder {
  readonly name: string
  /** A directory. */
  readonly to: string
  /** The file with the identity that opens what was encrypted; left out, it stays as it is. */
  readonly identity?: string | undefined
}

const remedy = 'or choose another directory: --to=DIR'

/** A copy that is in the operator's directory. */
export interface KeptCopy extends FetchedCopy {
  readonly file: string
  /** What is proven of it; null where it is encrypted still. */
  readonly verified: VerifiedSnapshot | null
}

/**
 * Fetches a copy into a directory, with its sidecar. What is a snapshot, or becomes one by the identity, is verified before it
 * has its name there; whatever goes wrong, nothing is left of it.
 */
export async function fetchInto({ name, to, identity }: KeepOrder, world: CopyWorld): Promise<KeptCopy> {
  const directory = await requireDirectory(to, world)
  if (identity !== undefined) await requireIdentity(identity)
  let workspace = ''
  let kept: Omit<KeptCopy, keyof FetchedCopy> | undefined
  try {
    const copy = await fetchCopy(
      {
        name,
        // Only here: nobody else on this host fetches now, so that what lies there is nobody's.
        take: async (chunks, bytes) => {
          await clearFetched(directory, world).catch(() => {})
          workspace = await mkdtemp(join(directory, fetchStem))
          await requireCopyRoom(bytes, directory, world, remedy)
          await receiveFile(receivedIn(workspace), chunks)
        },
        keep: async (fetched, sidecar) => {
          const made = { received: receivedIn(workspace), workspace, directory, sidecar, identity }
          kept = await keep(fetched, made, world)
        },
      },
      world,
    )
    if (kept === undefined) throw new Error('it was fetched and not kept')
    return { ...copy, ...kept }
  } finally {
    if (workspace !== '') await world.files.removeTree(workspace)
  }
}

const receivedIn = (workspace: string): string => join(workspace, 'received')

/** Where what was received becomes what is kept. */
interface Keeping {
  readonly received: string
  readonly workspace: string
  readonly directory: string
  readonly sidecar: FetchedSidecar
  readonly identity: string | undefined
}

async function keep(copy: FetchedCopy, keeping: Keeping, world: CopyWorld): Promise<Omit<KeptCopy, keyof FetchedCopy>> {
  const { received, workspace, sidecar, identity } = keeping
  const isEncrypted = copy.name.endsWith(encryptedEnding)
  if (isEncrypted && identity === undefined) {
    return { file: await place(received, { ...keeping, name: copy.name }), verified: null }
  }
  const whole = join(workspace, copy.snapshot)
  if (isEncrypted && identity !== undefined)
    await receiveFile(whole, decryptWithin(copy, { received, identity }, world))
  else await moveIntoPlace(received, whole)
  await createFile(sidecarPath(whole), sidecar.text, { mode: 0o600 })
  const verified = await verifySnapshot(whole, world.files)
  const file = await place(whole, { ...keeping, name: copy.snapshot })
  return { file, verified: { ...verified, file } }
}

async function* decryptWithin(
  { bytes }: FetchedCopy,
  { received, identity }: { readonly received: string; readonly identity: string },
  world: CopyWorld,
): AsyncGenerator<Buffer, void, undefined> {
  await requireCopyRoom(bytes, dirname(received), world, remedy)
  yield* decrypt(received, identity, world)
}

/** Gives it its name in the operator's directory, its sidecar first. */
async function place(from: string, { directory, sidecar, name }: Keeping & { readonly name: string }): Promise<string> {
  const [file, beside] = [join(directory, name), join(directory, sidecarNameOf(name))]
  requireFree(file)
  await createFile(beside, sidecar.text, { mode: 0o600 })
  try {
    await moveIntoPlace(from, file)
  } catch (error) {
    await removeFile(beside)
    throw error
  }
  return file
}

async function requireDirectory(to: string, world: CopyWorld): Promise<string> {
  const { directory, name } = await readTypedPlace(to, world)
  if (name === undefined) return directory
  throw new SignetError('usage', `--to ${quoteUntrusted(to)} is no directory`, {
    hint: `make it first: mkdir -p -m 700 ${quoteShell(to)}`,
  })
}

async function requireIdentity(identity: string): Promise<void> {
  const found = await stat(identity).catch(() => undefined)
  if (found?.isFile() === true) return
  throw new SignetError('usage', `--identity ${quoteUntrusted(identity)} is no file`, {
    hint: `see it: ls -l ${quoteShell(identity)}`,
  })
}
