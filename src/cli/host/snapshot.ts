import { readRequiredFile } from '../../host/read-required-file.ts'
import { formatVerified } from '../../recovery/format-snapshot.ts'
import type { RecoveryWorld } from '../../recovery/recovery-world.ts'
import type { SnapshotSidecar } from '../../recovery/snapshot-receipt.ts'
import { verifySnapshot } from '../../recovery/verify-snapshot.ts'
import { type CommandStreams, printJson } from '../command-streams.ts'

export interface SnapshotVerifyOptions {
  readonly ca?: string
  readonly json?: true
}

/** Says what is proven of a snapshot. */
export async function runSnapshotVerify(
  file: string,
  { ca, json }: SnapshotVerifyOptions,
  streams: CommandStreams,
  { files, layout }: Pick<RecoveryWorld, 'files' | 'layout'>,
): Promise<void> {
  if (ca !== undefined) readRequiredFile(ca, 'name the ca.crt of its cluster')
  const verified = await verifySnapshot(file, files, ca ?? layout.caCertificate)
  const { sidecar } = verified
  if (json === true) printJson(streams, { ...verified, sidecar: sidecar === null ? null : unsigned(sidecar) })
  else streams.stdout.write(formatVerified(verified))
}

/** What a signature is made of tells nobody anything: it stands in the file. */
export function unsigned({ signature: _, ...told }: SnapshotSidecar): object {
  return told
}
