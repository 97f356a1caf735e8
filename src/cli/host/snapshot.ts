import { formatBytes } from '../../core/byte-count.ts'
import { readRequiredFile } from '../../host/read-required-file.ts'
import { formatTaken, formatVerified } from '../../recovery/format-snapshot.ts'
import type { RecoveryWorld } from '../../recovery/recovery-world.ts'
import { saveSnapshot } from '../../recovery/save-snapshot.ts'
import type { SnapshotSidecar } from '../../recovery/snapshot-receipt.ts'
import { takeSnapshot } from '../../recovery/take-snapshot.ts'
import { verifySnapshot } from '../../recovery/verify-snapshot.ts'
import { type CommandStreams, printJson, printLines, sayOn } from '../command-streams.ts'

export interface SnapshotSaveOptions {
  readonly to?: string
  readonly sandbox?: string
  readonly json?: true
}

export interface SnapshotVerifyOptions {
  readonly ca?: string
  readonly json?: true
}

/** Saves a snapshot; its path is all that standard output gets. */
export async function runSnapshotSave(
  { to, sandbox, json }: SnapshotSaveOptions,
  streams: CommandStreams,
  world: RecoveryWorld,
): Promise<void> {
  const progress = createProgress(streams)
  const isOwn = to === undefined && sandbox === undefined
  const order = { to, sandbox, onProgress: progress.show }
  const receipt = await (isOwn ? saveSnapshot : takeSnapshot)(world, order).finally(progress.clear)
  if (json === true) printJson(streams, unsigned(receipt))
  else printLines(streams, [receipt.file])
  for (const line of formatTaken(receipt)) sayOn(streams)(line)
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

// What a signature is made of tells nobody anything: it stands in the file.
function unsigned({ signature: _, ...told }: SnapshotSidecar): object {
  return told
}

// Rewritten in place on a terminal; a log needs none of it.
function createProgress({ stderr }: CommandStreams): {
  readonly show: (receivedBytes: number, totalBytes: number) => void
  readonly clear: () => void
} {
  const isTerminal = 'isTTY' in stderr && stderr.isTTY === true
  let shown = ''
  const show = (received: number, total: number): void => {
    const text = `${Math.floor((100 * received) / total)} % of ${formatBytes(total)}`
    if (isTerminal && text !== shown) stderr.write(`\r\u001b[K${text}`)
    shown = text
  }
  return { show, clear: () => void (isTerminal && shown !== '' && stderr.write('\r\u001b[K')) }
}
