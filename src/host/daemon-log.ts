import { type DestinationStream, destination, pino, stdTimeFunctions } from 'pino'
import type { Log } from '../core/log.ts'

const standardError = 2

/**
 * The log of a daemon: one JSON object a line on standard error, where systemd's journal reads it. Written at once and
 * in this thread, so that a crash loses nothing.
 */
export function createDaemonLog(name: string, stream: DestinationStream = defaultStream()): Log {
  const formatters = { level: (level: string) => ({ level }) }
  const logger = pino({ base: { daemon: name }, timestamp: stdTimeFunctions.isoTime, formatters }, stream)
  return {
    info: (fields, event) => logger.info(fields, event),
    warn: (fields, event) => logger.warn(fields, event),
    error: (fields, event) => logger.error(fields, event),
  }
}

function defaultStream(): DestinationStream {
  return destination({ fd: standardError, sync: true })
}
