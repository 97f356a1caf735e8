import { appendFile } from 'node:fs/promises'
import type { RunProgram } from './clock-sync.ts'

const journalTag = 'signet-setup'
const journalTimeoutMs = 5000

/** Where the set-up of a host is written down, besides its terminal. */
export interface SetupLog {
  write(text: string): void
  /** Resolves once everything is written. */
  flush(): Promise<void>
}

/** A file of root's, and the journal. A log that cannot be written keeps no host from being set up. */
export function createSetupLog(file: string, run: RunProgram): SetupLog {
  let last: Promise<unknown> = Promise.resolve()
  return {
    write: (text) => {
      const time = new Date().toISOString()
      const lines = text.split('\n').filter((line) => line.trim() !== '')
      const stamped = lines.map((line) => `${time} ${line}\n`).join('')
      last = last.then(() => appendFile(file, stamped, { mode: 0o600 })).catch(() => {})
      for (const line of lines) {
        last = last.then(() => run('logger', ['-t', journalTag, '--', line], journalTimeoutMs)).catch(() => {})
      }
    },
    flush: async () => {
      await last
    },
  }
}
