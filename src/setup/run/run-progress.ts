import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'

/** How far a run of `init`, `join` or `adopt` came; what its state file holds. */
export interface RunProgress {
  /** The arguments of the run, in one canonical text: only the same run may be continued. */
  readonly arguments: string
  /** Steps that may have begun, and so may have left something behind. */
  readonly started: readonly string[]
  readonly done: readonly string[]
  /** The id under which the cluster knows the member that this run added, hexadecimal. */
  readonly memberId?: string
  /** Directories that were not there when the run began: undone, it takes those away again that are empty. */
  readonly absentBefore?: readonly string[]
  /** What a step found out and a later one needs, also in the run that goes on. */
  readonly notes?: Readonly<Record<string, string>>
  readonly isFinished: boolean
}

/** The progress of a run that has not begun. */
export function newProgress(runArguments: string): RunProgress {
  return { arguments: runArguments, started: [], done: [], isFinished: false }
}

/** Progress with one more step begun or done. */
export function recordStep(progress: RunProgress, id: string, state: 'started' | 'done'): RunProgress {
  if (progress[state].includes(id)) return progress
  return { ...progress, [state]: [...progress[state], id] }
}

/** Progress with the id of the member that the run added. */
export function recordMember(progress: RunProgress, id: bigint): RunProgress {
  return { ...progress, memberId: id.toString(16) }
}

/** Progress with what a step found out. */
export function recordNote(progress: RunProgress, name: string, text: string): RunProgress {
  return { ...progress, notes: { ...progress.notes, [name]: text } }
}

/** The id of the member that the run added; undefined where it added none yet. */
export function addedMemberId({ memberId }: RunProgress): bigint | undefined {
  return memberId === undefined ? undefined : BigInt(`0x${memberId}`)
}

/** Progress from the text of its state file. Throws `configuration`. */
export function parseProgress(text: string, file: string): RunProgress {
  const value = parseJson(text)
  if (isProgress(value)) return value
  throw new SignetError('configuration', `${file} does not hold the progress of a run`, {
    hint: `see how far it came: signet member list; systemctl status etcd; then: rm ${quoteShell(file)}`,
  })
}

function isProgress(value: unknown): value is RunProgress {
  if (typeof value !== 'object' || value === null) return false
  const { arguments: args, started, done, memberId, absentBefore, notes, isFinished } = value as Record<string, unknown>
  const isMemberId = memberId === undefined || (typeof memberId === 'string' && /^[0-9a-f]{1,16}$/.test(memberId))
  const areTexts = [started, done, absentBefore ?? []].every(isTexts)
  const areNotes = typeof notes === 'object' && notes !== null ? isTexts(Object.values(notes)) : notes === undefined
  return typeof args === 'string' && areTexts && isMemberId && areNotes && typeof isFinished === 'boolean'
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
