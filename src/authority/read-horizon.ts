import { withLargeFile } from '../host/large-files/read-large-file.ts'
import { describeHorizonOf, type ToldHorizon } from './describe-authority.ts'
import { JournalMemory } from './journal/journal-memory.ts'

interface HorizonOptions {
  readonly clientLifetimeSeconds: number
  readonly nowMs: number
  /** Whether reading must end, read to the end or not. */
  readonly isLate: () => boolean
}

/**
 * 5,000 masters write five million lines a year, which nobody reads in the seconds that `status` has. This end of them, half a
 * second's work, has some twenty lines of each, and three are enough; nor does it lack an order of root's about what it has.
 */
const readBytes = 32 * 1024 * 1024

/** No line of the journal is a tenth as long. */
const maxLineLength = 64 * 1024

/**
 * How long the masters go on, as the end of the journal tells: for when no authority runs that could be asked. Undefined where it
 * cannot be read, whole and in time. Root reads what another account may have put there: a pipe is not waited for, a line that
 * never ends does not fill the memory, and a journal without end ends with the time (CWE-400).
 */
export async function readHorizon(file: string, options: HorizonOptions): Promise<ToldHorizon | undefined> {
  const memory = new JournalMemory(options.clientLifetimeSeconds)
  const isRead = await withLargeFile(file, ({ bytes, chunks }) =>
    readLines(chunks(Math.max(0, bytes - readBytes)), memory, options),
  ).catch(() => false)
  return isRead === true ? describeHorizonOf(memory.names, options.nowMs) : undefined
}

async function readLines(
  chunks: AsyncIterable<Buffer>,
  memory: JournalMemory,
  { isLate }: Pick<HorizonOptions, 'isLate'>,
): Promise<boolean> {
  const decoder = new TextDecoder()
  let begun = ''
  for await (const chunk of chunks) {
    if (isLate()) return false
    const lines = `${begun}${decoder.decode(chunk, { stream: true })}`.split('\n')
    // What stands behind the last newline was torn by a power cut, or is being written.
    begun = lines.pop() ?? ''
    for (const line of lines) memory.takeLine(line)
    if (begun.length > maxLineLength) return false
  }
  return true
}
