import { basename, join } from 'node:path'
import * as v from 'valibot'
import { SignetError } from '../../core/signet-error.ts'
import type { LocalFiles } from '../../host/files/local-files.ts'
import { sidecarPath, snapshotEnding } from '../../host/snapshots/snapshot-name.ts'
import { orderName, startedName } from './copy-places.ts'

const schema = v.strictObject({
  kind: v.picklist(['copy', 'fetch']),
  program: v.pipe(v.string(), v.startsWith('/')),
  /** Of the file that leaves or comes. */
  name: v.pipe(v.string(), v.regex(/^etcd-[0-9A-Za-z-]{1,200}\.db(?:\.age)?$/)),
})

/** What root has a program do, with which file. */
export type CopyOrder = Readonly<v.InferOutput<typeof schema>>

/** What a snapshot is called once age has encrypted it. */
export const encryptedEnding = '.age'

/** The name of the sidecar of what leaves: of the snapshot, encrypted or not. */
export function sidecarNameOf(name: string): string {
  return basename(sidecarPath(snapshotNameOf(name)))
}

/** The name of the snapshot that a copy is of. */
export function snapshotNameOf(name: string): string {
  return `${basename(name, `${snapshotEnding}${encryptedEnding}`).replace(/\.db$/, '')}${snapshotEnding}`
}

/** Leaves word for the unit. Others may read it: nothing in it is secret. */
export async function writeOrder(directory: string, order: CopyOrder, files: Pick<LocalFiles, 'write'>): Promise<void> {
  await files.write(join(directory, orderName), `${JSON.stringify(order)}\n`, { mode: 0o644 })
}

/** Reads it as the account of the programs. Throws `configuration`. */
export async function readOrder(directory: string, files: Pick<LocalFiles, 'read'>): Promise<CopyOrder> {
  const file = join(directory, orderName)
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), (await files.read(file))?.text)
  if (parsed.success) return parsed.output
  throw new SignetError('configuration', `${file} is no order: there is nothing to copy or fetch`, {
    hint: 'as root: signet snapshot copy',
  })
}

/** Says, as the account of the programs, that the unit's conditions let it run. */
export async function markStarted(directory: string, files: Pick<LocalFiles, 'write'>): Promise<void> {
  await files.write(join(directory, startedName), '', { mode: 0o600 })
}

/** Whether that was said. Only that account can say so, which it does where it runs. */
export async function hasStarted(directory: string, files: Pick<LocalFiles, 'look'>): Promise<boolean> {
  return (await files.look(join(directory, startedName))) !== undefined
}
