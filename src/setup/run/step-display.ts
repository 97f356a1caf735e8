import type { Step } from './step.ts'
import type { StepListener } from './step-listener.ts'

/** Where steps are shown. */
export interface StepTerminal {
  readonly write: (text: string) => void
  readonly isTerminal: boolean
  /** How wide the terminal is now; 80 where it does not tell. */
  readonly readColumns?: () => number | undefined
}

/** Where a stream leads, as steps are shown there. */
export function stepTerminal(stream: NodeJS.WritableStream): StepTerminal {
  const write = (text: string): void => void stream.write(text)
  if (!('isTTY' in stream && stream.isTTY === true)) return { write, isTerminal: false }
  // Asked again each time: windows are made narrower.
  const readColumns = () => ('columns' in stream && typeof stream.columns === 'number' ? stream.columns : undefined)
  return { write, isTerminal: true, readColumns }
}

/** Steps as they go: on a terminal the running one is rewritten in place, elsewhere each is a line once it is done. */
export function createStepDisplay({ write, isTerminal, readColumns }: StepTerminal, count: number): StepListener {
  let number = 0
  const place = (): string => `[${String(number).padStart(String(count).length)}/${count}]`
  let shown = ''
  const show = (line: string, isLast: boolean, limit = ''): void => {
    // What wraps cannot be rewritten in place, and would stay.
    const text =
      isTerminal && !isLast ? `${cut(line, (readColumns?.() ?? 80) - 1 - limit.length)}${limit}` : `${line}${limit}\n`
    if (isTerminal && text !== shown) write(`\r\u001b[K${text}`)
    else if (!isTerminal && isLast) write(text)
    shown = text
  }
  let running: Step | undefined
  let hasTold = false
  return {
    started: (step) => {
      number += 1
      running = step
      hasTold = false
      show(`${place()} ${step.title} ...`, false)
    },
    finished: ({ title }, durationMs) => {
      running = undefined
      show(`${place()} ${title} (${formatMs(durationMs)})`, true)
    },
    waiting: (reason, leftMs) => {
      const line = `${place()} ${running?.title ?? ''}: ${reason}`
      const limit = leftMs === undefined ? '' : `: ${Math.max(1, Math.ceil(leftMs / 1000))} s at most`
      // In a log the first reason is enough: they come several times a second.
      if (isTerminal || !hasTold) show(line, !isTerminal, limit)
      hasTold = true
    },
    rollingBack: (cause) => {
      show(`${place()} ${running?.title ?? ''}: failed, undoing it (${cause.message})`, true)
    },
  }
}

function cut(line: string, length: number): string {
  return line.length <= length ? line : `${line.slice(0, Math.max(0, length - 3))}...`
}

function formatMs(durationMs: number): string {
  return durationMs < 1000 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1000).toFixed(1)} s`
}
