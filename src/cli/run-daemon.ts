import { parseArgs } from 'node:util'
import { SignetError } from '../core/signet-error.ts'
import { defaultConfigFile } from '../host/signet-config.ts'
import type { ServiceWorld } from './service-world.ts'

const daemons = ['authority', 'endpoint']

/** Whether these arguments start a daemon, rather than ask for its help. */
export function isDaemonCall([command = '', ...rest]: readonly string[]): boolean {
  return daemons.includes(command) && !rest.includes('--help') && !rest.includes('-h')
}

interface DaemonWorld extends ServiceWorld {
  readonly stopped: Promise<unknown>
}

/** Runs `authority` or `endpoint` until it is stopped. Throws `usage`. */
export async function runDaemon([command, ...rest]: readonly string[], world: DaemonWorld): Promise<void> {
  const { config: configFile, 'ready-file': readyFile } = parseDaemonArguments(command, rest)
  if (command === 'authority') {
    const { runAuthority } = await import('./authority.ts')
    return runAuthority({ configFile, ...world })
  }
  const { runEndpoint } = await import('./endpoint.ts')
  return runEndpoint({ configFile, ...world, ...(readyFile === undefined ? {} : { readyFile }) })
}

function parseDaemonArguments(command: string | undefined, args: readonly string[]) {
  try {
    const options = {
      config: { type: 'string', default: defaultConfigFile },
      'ready-file': { type: 'string' },
    } as const
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (cause) {
    throw new SignetError('usage', `these arguments do not fit ${command}`, {
      hint: `see signet ${command} --help`,
      cause,
    })
  }
}
