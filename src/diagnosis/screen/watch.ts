import { setTimeout as delay } from 'node:timers/promises'

/** A screen, and what a command that shows it ends with. */
export interface WatchedScreen {
  readonly text: string
  readonly status: number
}

/** Where screens follow one another, and how long each is looked at. */
export interface WatchPlace {
  readonly stdout: NodeJS.WritableStream | NodeJS.WriteStream
  readonly intervalMs: number
  /** For a test: how many screens are enough. */
  readonly most?: number
}

/**
 * Shows one screen after the other until the process is ended: at a terminal in the place of the one before, cut where the
 * terminal ends; elsewhere below it. Whoever stops reading ends it too.
 */
export async function watch(
  look: () => Promise<WatchedScreen>,
  { stdout, intervalMs, most = Number.POSITIVE_INFINITY }: WatchPlace,
): Promise<number> {
  let status = 0
  for (let count = 0; count < most; count += 1) {
    if (count > 0) await delay(intervalMs)
    const screen = await look()
    status = screen.status
    stdout.write(placed(screen.text, stdout, count === 0))
  }
  return status
}

function placed(text: string, stdout: WatchPlace['stdout'], isFirst: boolean): string {
  if (!('isTTY' in stdout && stdout.isTTY)) return isFirst || text.startsWith('{') ? text : `\n${text}`
  return overwriting(text, stdout, isFirst)
}

/**
 * A screen in place of the one before: line over line, so that nothing flickers; the rest is cleared. Pure.
 * @internal
 */
export function overwriting(
  text: string,
  { columns, rows }: { columns: number; rows: number },
  isFirst: boolean,
): string {
  const lines = text.trimEnd().split('\n')
  const shown = fitting(lines, columns, rows - 1)
  const more = lines.length - shown.length
  const told = more === 0 ? shown : [...shown.slice(0, -1), `... ${more + 1} more lines: signet status`]
  return `${isFirst ? '\u001b[2J' : ''}\u001b[H${told.map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`
}

// A long line takes several rows.
function fitting(lines: readonly string[], columns: number, rows: number): readonly string[] {
  let used = 0
  const end = lines.findIndex((line) => {
    used += Math.max(1, Math.ceil(withoutColours(line).length / columns))
    return used > rows
  })
  return end === -1 ? lines : lines.slice(0, Math.max(1, end))
}

const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9]+m`, 'g')

function withoutColours(line: string): string {
  return line.replace(colour, '')
}
