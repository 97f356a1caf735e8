import { SignetError } from '../../core/signet-error.ts'
import type { RunProgram } from '../clock-sync.ts'
import { runProgram } from './run-program.ts'

/** The units of this host. Each call can be made twice. */
export interface Systemd {
  /** Starts the unit and waits until it is up. */
  start(unit: string): Promise<void>
  /** Starts the unit and does not wait: a learner's etcd is up only once it has caught up. */
  launch(unit: string): Promise<void>
  restart(unit: string): Promise<void>
  stop(unit: string): Promise<void>
  enable(unit: string): Promise<void>
  disable(unit: string): Promise<void>
  /** Whether it runs or is about to. */
  isActive(unit: string): Promise<boolean>
  isEnabled(unit: string): Promise<boolean>
  /** How often systemd has started it again by itself since it was last started, stopped or reset; 0 where that is not known. */
  countRestarts(unit: string): Promise<number>
  /** The last lines that the unit logged; none where they cannot be read. */
  readLastLines(unit: string, count: number): Promise<readonly string[]>
  /** Whether there is such a unit at all. */
  isKnown(unit: string): Promise<boolean>
  /** Makes systemd read the unit files again. */
  reload(): Promise<void>
  /** Where an operator reads what the unit logged. */
  logOf(unit: string): string
}

const timeoutMs = 120_000
const activeStates: ReadonlySet<string> = new Set(['active', 'activating', 'reloading'])

/** The units of this host, through systemctl; a test gives another way to run it. */
export function createSystemd(run: RunProgram = runProgram): Systemd {
  const act = async (verb: string, unit: string, ...options: string[]): Promise<void> => {
    await run('systemctl', [...options, verb, unit], timeoutMs).catch((cause: unknown) => {
      throw refusedBy(verb, unit, cause)
    })
  }
  const ask = async (property: string, unit: string): Promise<string> => {
    const asked = run('systemctl', ['show', `--property=${property}`, '--value', unit], timeoutMs)
    const answer = await asked.catch((cause: unknown) => {
      throw notAnswering(cause)
    })
    return answer.trim()
  }
  return {
    start: (unit) => act('start', unit),
    launch: async (unit) => {
      // A unit that failed too often in a row would not even be tried.
      await act('reset-failed', unit).catch(() => {})
      await act('start', unit, '--no-block')
    },
    restart: (unit) => act('restart', unit),
    stop: (unit) => act('stop', unit),
    enable: (unit) => act('enable', unit),
    disable: (unit) => act('disable', unit),
    // A start that waits for another unit's job is not seen in the state yet.
    isActive: async (unit) => activeStates.has(await ask('ActiveState', unit)) || /^[1-9]/.test(await ask('Job', unit)),
    isEnabled: async (unit) => (await ask('UnitFileState', unit)) === 'enabled',
    countRestarts: async (unit) => Number(await ask('NRestarts', unit).catch(() => '0')) || 0,
    readLastLines: async (unit, count) => {
      const args = [`--unit=${unit}`, `--lines=${count}`, '--output=cat', '--no-pager', '--quiet']
      const text = await run('journalctl', args, timeoutMs).catch(() => '')
      return text.split('\n').filter((line) => line !== '')
    },
    isKnown: async (unit) => (await ask('LoadState', unit)) !== 'not-found',
    reload: async () => {
      await run('systemctl', ['daemon-reload'], timeoutMs)
    },
    logOf: (unit) => `journalctl -u ${unit}`,
  }
}

function refusedBy(verb: string, unit: string, cause: unknown): SignetError {
  return new SignetError('configuration', `systemd did not ${verb} ${unit}`, {
    hint: `see why: systemctl status ${unit}; journalctl -u ${unit} -n 50`,
    cause,
  })
}

// A container, most often: systemctl is there, and systemd is not what was booted.
function notAnswering(cause: unknown): SignetError {
  return new SignetError('configuration', 'systemd does not answer on this host', {
    hint: 'see why: systemctl status; to try Signet on a machine without systemd: signet sandbox',
    cause,
  })
}
