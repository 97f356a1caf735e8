import type { Log } from '../../core/log.ts'
import { runProgram } from './run-program.ts'

/** What the service manager wants to hear. */
export interface ServiceExpectations {
  readonly isAwaited: boolean
  readonly watchdogMs: number | undefined
}

/**
 * Tells systemd that the service is ready, and from then on that it lives. Returns how to stop saying so. Node has no
 * datagram sockets of the unix kind, so systemd's own program speaks; the unit needs `NotifyAccess=all`.
 */
export async function announceReady({ isAwaited, watchdogMs }: ServiceExpectations, log: Log): Promise<() => void> {
  if (!isAwaited) return () => {}
  await runProgram('systemd-notify', ['--ready'])
  if (watchdogMs === undefined) return () => {}
  const sayAlive = (): void => {
    runProgram('systemd-notify', ['WATCHDOG=1']).catch(({ message }) => log.warn({ reason: message }, 'not notified'))
  }
  const timer = setInterval(sayAlive, watchdogMs / 2)
  return () => clearInterval(timer)
}
