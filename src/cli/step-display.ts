import type { Step, StepListener } from '../cluster/step.ts'

/** Where steps are shown. */
export interface StepTerminal {
  readonly write: (text: string) => void
  readonly isTerminal: boolean
}

/** Steps as they go: on a terminal the running one is rewritten in place, elsewhere each is a line once it is done. */
export function createStepDisplay({ write, isTerminal }: StepTerminal, count: number): StepListener {
  let number = 0
  const place = (): string => `[${String(number).padStart(String(count).length)}/${count}]`
  const show = (line: string, isLast: boolean): void => {
    if (isTerminal) write(`\r\u001b[K${line}${isLast ? '\n' : ''}`)
    else if (isLast) write(`${line}\n`)
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
    waiting: (reason) => {
      const line = `${place()} ${running?.title ?? ''}: ${reason}`
      // In a log the first reason is enough: they come several times a second.
      if (isTerminal || !hasTold) show(line, !isTerminal)
      hasTold = true
    },
    rollingBack: (cause) => {
      show(`${place()} ${running?.title ?? ''}: failed, undoing it (${cause.message})`, true)
    },
  }
}

function formatMs(durationMs: number): string {
  return durationMs < 1000 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1000).toFixed(1)} s`
}
