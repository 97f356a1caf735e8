/** What systemd gave this process, if it started it. */
export interface ServiceStart {
  /** Where the credentials are. */
  readonly credentialsDirectory: string | undefined
  /** A socket that listens already: connections wait in it while the service is restarted. */
  readonly inheritedFd: number | undefined
  /** Whether somebody waits to hear that the service is ready. */
  readonly isAwaited: boolean
  /** How often at least it wants to hear that the service lives. */
  readonly watchdogMs: number | undefined
}

/** What each daemon is started with. */
export interface DaemonOptions extends ServiceStart {
  readonly configFile: string
  /** Settles when the daemon shall end. */
  readonly stopped: Promise<unknown>
}

/** The first descriptor that systemd passes (sd_listen_fds(3)). */
const firstFd = 3

/** Reads the protocols of systemd from the environment. What is meant for another process is not taken. */
export function readServiceStart(environment: NodeJS.ProcessEnv, pid: number): ServiceStart {
  const isOurs = environment['LISTEN_PID'] === String(pid) && environment['LISTEN_FDS'] === '1'
  const watchdogMs = Number(environment['WATCHDOG_USEC'] ?? '') / 1000
  return {
    credentialsDirectory: environment['CREDENTIALS_DIRECTORY'],
    inheritedFd: isOurs ? firstFd : undefined,
    isAwaited: environment['NOTIFY_SOCKET'] !== undefined,
    watchdogMs: watchdogMs > 0 ? watchdogMs : undefined,
  }
}
