import { writeSync } from 'node:fs'
import type { Log, LogFields } from '../core/log.ts'

const standardError = 2

/**
 * The log of a daemon: one JSON object a line on standard error, where systemd's journal reads it. Written at once and
 * in this thread, so that a crash loses nothing.
 */
export function createDaemonLog(daemon: string, write: (line: string) => void = writeToStandardError): Log {
  const say = (level: string, fields: LogFields, msg: string): void => {
    // JSON escapes every control character, so no field can begin a line of its own (CWE-117).
    write(`${JSON.stringify({ level, time: new Date().toISOString(), daemon, ...fields, msg })}\n`)
  }
  return {
    info: (fields, event) => say('info', fields, event),
    warn: (fields, event) => say('warn', fields, event),
    error: (fields, event) => say('error', fields, event),
  }
}

// A log whose reader is gone or does not read (EPIPE, EAGAIN) is no reason to stop answering callers.
function writeToStandardError(line: string): void {
  try {
    writeSync(standardError, line)
  } catch {}
}
