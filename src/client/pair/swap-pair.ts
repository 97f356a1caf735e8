import { basename, dirname, join, resolve } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { LocalFiles } from '../../host/files/local-files.ts'
import type { FileSettings } from '../../host/files/write-file-atomically.ts'
import type { PairPaths } from '../../host/pair-paths.ts'

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
export async function swapPair(paths: PairFiles, pair: PairTexts, tools: SwapTools): Promise<void> {
  const { files, owner } = tools
  const stage = planStage(paths)
  await writeStaged(stage.newDirectory, pair, { files, owner })
  await writeStaged(stage.oldDirectory, await readPair(paths, files), { files, owner })
  await files.link(stage.current, basename(stage.oldDirectory))
  await files.link(paths.key, stage.keyTarget)
  await files.link(paths.certificate, stage.certificateTarget)
  await files.link(stage.current, basename(stage.newDirectory))
  // The pair is in effect: what is left to do is tidying, which the next run does where this one cannot.
  await settlePair(paths, tools).catch(() => {})
}

/** Ends an exchange that was cut off: plain files with what the links lead to, and nothing else left. Can run twice. */
export async function settlePair(paths: PairFiles, tools: SwapTools): Promise<void> {
  const { files, owner } = tools
  const stage = planStage(paths)
  await makePlain({ path: paths.key, target: stage.keyTarget, settings: secret(owner) }, stage, tools)
  await makePlain({ path: paths.certificate, target: stage.certificateTarget, settings: open(owner) }, stage, tools)
  await files.remove(stage.current)
  for (const leftover of [stage.oldDirectory, stage.newDirectory]) await removeStaged(leftover, files)
  for (const path of [paths.key, paths.certificate, stage.current]) await files.removeTemporaries(path)
}

/** With what files are touched, and to whom they belong. */
export interface SwapTools {
  readonly files: LocalFiles
  readonly owner: Owner
  /** The account that runs this; where it is given, nothing is taken from a stage that another account but root has made. */
  readonly ownUid?: number
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
  // Never the owner's, who could exchange what is in it for a link, and read by our hand what only root may.
  await files.makeDirectory(directory, { mode: 0o755 })
  if (pair.keyPem !== undefined) await files.write(join(directory, 'key'), pair.keyPem, secret(owner))
  if (pair.certificatePem !== undefined) {
    await files.write(join(directory, 'crt'), pair.certificatePem, open(owner))
  }
}

interface StagedFile {
  readonly path: string
  /** The link through the stage that takes its place meanwhile. */
  readonly target: string
  readonly settings: FileSettings
}

async function makePlain({ path, target, settings }: StagedFile, stage: Stage, tools: SwapTools): Promise<void> {
  const { files } = tools
  if ((await files.readLink(path)) !== target) return
  const text = await readStaged(basename(target), stage, tools)
  if (text === undefined) await files.remove(path)
  else await files.write(path, text, settings)
}

/**
 * A file of the stage that is in effect. By names of ours alone, and only where each is what we have made: whoever put a link
 * there would have root copy what only root may read into a certificate that everybody may (CWE-59).
 */
async function readStaged(name: string, stage: Stage, tools: SwapTools): Promise<string | undefined> {
  const { files, owner } = tools
  const current = await files.readLink(stage.current)
  if (current === undefined) return undefined
  const directory = [stage.oldDirectory, stage.newDirectory].find((path) => basename(path) === current)
  if (directory === undefined) throw notOurs(stage.current)
  const found = await files.look(directory)
  if (found === undefined) return undefined
  if (found.kind !== 'directory') throw notOurs(directory)
  requireMade(directory, found.uid, tools)
  const file = await files.readPlain(join(directory, name))
  if (file === undefined) return undefined
  requireMade(join(directory, name), file.uid, tools, owner?.uid)
  return file.text
}

function requireMade(path: string, uid: number, { ownUid }: SwapTools, fileOwner = ownUid): void {
  if (ownUid !== undefined && ![0, ownUid, fileOwner].includes(uid)) throw notOurs(path)
}

function notOurs(path: string): SignetError {
  return new SignetError('refused', `${path} was not made by an exchange of this pair`, {
    hint: `see what it is, and move it away: ls -la ${quoteShell(path)}`,
  })
}

// By name, never with whatever is in it: somebody may have moved a directory of root's there.
async function removeStaged(directory: string, files: LocalFiles): Promise<void> {
  const found = await files.look(directory)
  if (found === undefined) return
  if (found.kind !== 'directory') return files.remove(directory)
  for (const name of ['key', 'crt']) {
    await files.remove(join(directory, name))
    await files.removeTemporaries(join(directory, name))
  }
  await files.removeEmpty(directory)
  if ((await files.look(directory)) !== undefined) throw notOurs(directory)
}
