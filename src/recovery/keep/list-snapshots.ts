import { asSignetError } from '../../core/signet-error.ts'
import { readSnapshotState } from '../../host/snapshots/snapshot-state.ts'
import { copyPlaces } from '../copy/copy-places.ts'
import { listRecords } from '../copy/copy-record.ts'
import type { RecoveryWorld } from '../recovery-world.ts'
import { readSidecar } from '../sidecar/read-sidecar.ts'
import { type JudgedSignature, readSigner } from '../sidecar/read-signer.ts'
import { type FoundSnapshot, findSnapshots } from './found-snapshot.ts'

/** A snapshot that is here, by its name, its sidecar, and what was done with it last. */
export interface ListedSnapshot {
  readonly file: string
  /** By its name. */
  readonly time: string
  /** The first eight digits of the cluster's id. */
  readonly cluster: string
  readonly revision: string
  /** With its sidecar. */
  readonly bytes: number
  /** The member that signed the sidecar; null where that is not known. */
  readonly signedBy: string | null
  /** `bad`: the sidecar is none, or somebody signed it who may not have. */
  readonly signature: JudgedSignature['signature'] | 'bad'
  /** What is wrong; null where nothing is. */
  readonly fault: string | null
  /** Whether it was copied off the host. */
  readonly isCopied: boolean
  /** Whether it is the last one that was restored for trial. */
  readonly isLastDrilled: boolean
  /** Whether its time has not come yet: it is kept, and no turn counts it. */
  readonly isAhead: boolean
}

/** The snapshots of this host, the newest first. Whether their bytes are whole, `verify` tells. */
export async function listSnapshots(
  world: Pick<RecoveryWorld, 'layout' | 'files' | 'clock'>,
): Promise<readonly ListedSnapshot[]> {
  const { layout, files, clock } = world
  const { drill } = await readSnapshotState(layout, files)
  const copied = await listRecords(copyPlaces(layout).records)
  const found = await findSnapshots(layout.snapshots)
  return Promise.all(
    found.map(async (one) => ({
      file: one.file,
      time: new Date(one.takenAtMs).toISOString(),
      cluster: one.cluster8,
      revision: `${one.revision}`,
      bytes: one.bytes,
      ...(await readFault(one, world)),
      isCopied: copied.has(one.name),
      isLastDrilled: one.name === drill?.lastSuccess?.snapshot,
      isAhead: one.takenAtMs > clock.now(),
    })),
  )
}

async function readFault(
  { file }: FoundSnapshot,
  { files, layout }: Pick<RecoveryWorld, 'files' | 'layout'>,
): Promise<Pick<ListedSnapshot, 'signedBy' | 'signature' | 'fault'>> {
  try {
    const read = await readSidecar(file, files)
    if (read === undefined) return { signedBy: null, signature: 'none', fault: 'it has no sidecar' }
    const { signedBy, signature } = await readSigner(read, files, layout.caCertificate)
    return { signedBy: signedBy?.member ?? null, signature, fault: null }
  } catch (error) {
    return { signedBy: null, signature: 'bad', fault: asSignetError(error).message }
  }
}
