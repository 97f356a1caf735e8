import { basename, dirname, join, resolve } from 'node:path'
import type { LocalFiles } from '../host/local-files.ts'
import type { FileSettings } from '../host/write-file-atomically.ts'
import type { PairPaths } from './pair-paths.ts'

type Owner = FileSettings['owner']
type PairFiles = Pick<PairPaths, 'key' | 'certificate'>

export interface PairTexts {
  readonly keyPem: string
  readonly certificatePem: string
}

/**
 * Exchanges key and certificate for another pair. No system call renames two files, so for a moment both are symbolic
 * links through a third, `current`, and that one is renamed:
 *
 *     new/ written -> old/ copied -> current -> old; key -> current/key; certificate -> current/crt
 *     current -> new                          (the switch)
 *     key and certificate plain files again; current, old/ and new/ removed
 *
 * Whatever moment the power fails at, both paths lead to the old pair or both to the new one. `settlePair` tidies up.
 */
export async function swapPair(paths: PairFiles, pair: PairTexts, { files, owner }: SwapTools): Promise<void> {
  const stage = planStage(paths)
  await writeStaged(stage.newDirectory, pair, { files, owner })
  await writeStaged(stage.oldDirectory, await readPair(paths, files), { files, owner })
  await files.link(stage.current, basename(stage.oldDirectory))
  await files.link(paths.key, stage.keyTarget)
  await files.link(paths.certificate, stage.certificateTarget)
  await files.link(stage.current, basename(stage.newDirectory))
  // The pair is in effect: what is left to do is tidying, which the next run does where this one cannot.
  await settlePair(paths, { files, owner }).catch(() => {})
}

/** Ends an exchange that was cut off: plain files with what the links lead to, and nothing else left. Can run twice. */
export async function settlePair(paths: PairFiles, { files, owner }: SwapTools): Promise<void> {
  const stage = planStage(paths)
  await makePlain(paths.key, stage.keyTarget, { files, settings: secret(owner) })
  await makePlain(paths.certificate, stage.certificateTarget, { files, settings: open(owner) })
  for (const leftover of [stage.current, stage.oldDirectory, stage.newDirectory]) await files.remove(leftover)
  for (const path of [paths.key, paths.certificate, stage.current]) await files.removeTemporaries(path)
}

/** With what files are touched, and to whom they belong. */
export interface SwapTools {
  readonly files: LocalFiles
  readonly owner: Owner
}

/** Mode of a key. */
export function secret(owner: Owner): FileSettings {
  return owner === undefined ? { mode: 0o600 } : { mode: 0o600, owner }
}

/** Mode of a certificate. */
export function open(owner: Owner): FileSettings {
  return owner === undefined ? { mode: 0o644 } : { mode: 0o644, owner }
}

interface Stage {
  readonly current: string
  readonly oldDirectory: string
  readonly newDirectory: string
  readonly keyTarget: string
  readonly certificateTarget: string
}

// Beside the key, so that its links work wherever the directory is mounted, a container's for one.
function planStage({ key, certificate }: PairFiles): Stage {
  const directory = dirname(key)
  const stem = `.${basename(key)}.signet`
  const base = dirname(certificate) === directory ? stem : resolve(directory, stem)
  return {
    current: join(directory, stem),
    oldDirectory: join(directory, `${stem}-old`),
    newDirectory: join(directory, `${stem}-new`),
    keyTarget: `${stem}/key`,
    certificateTarget: `${base}/crt`,
  }
}

async function readPair({ key, certificate }: PairFiles, files: LocalFiles): Promise<Partial<PairTexts>> {
  const [keyFile, certificateFile] = [await files.read(key), await files.read(certificate)]
  return {
    ...(keyFile === undefined ? {} : { keyPem: keyFile.text }),
    ...(certificateFile === undefined ? {} : { certificatePem: certificateFile.text }),
  }
}

// A file that is not there stays one: the link then leads to nothing.
async function writeStaged(directory: string, pair: Partial<PairTexts>, { files, owner }: SwapTools): Promise<void> {
  await files.makeDirectory(directory, owner === undefined ? { mode: 0o755 } : { mode: 0o755, owner })
  if (pair.keyPem !== undefined) await files.write(join(directory, 'key'), pair.keyPem, secret(owner))
  if (pair.certificatePem !== undefined) {
    await files.write(join(directory, 'crt'), pair.certificatePem, open(owner))
  }
}

interface PlainTools {
  readonly files: LocalFiles
  readonly settings: FileSettings
}

async function makePlain(path: string, target: string, { files, settings }: PlainTools): Promise<void> {
  if ((await files.readLink(path)) !== target) return
  const file = await files.read(path)
  if (file === undefined) await files.remove(path)
  else await files.write(path, file.text, settings)
}
