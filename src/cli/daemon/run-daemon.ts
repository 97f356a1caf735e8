import { parseArgs } from 'node:util'
import type { DaemonOptions } from '../../host/programs/service-start.ts'
import { defaultConfigFile } from '../../host/signet-config.ts'

/** A daemon and what it was told. */
export interface DaemonCall {
  readonly daemon: 'authority' | 'endpoint'
  readonly configFile: string
  readonly readyFile?: string | undefined
}

/**
 * The daemon that these arguments start; undefined where they ask for help, or are not right: the command line proper says
 * why, which costs memory that a daemon would keep.
 */
export function parseDaemonCall([command, ...rest]: readonly string[]): DaemonCall | undefined {
  if (command === 'authority') return readCall('authority', rest, ['config'])
  return command === 'endpoint' ? readCall('endpoint', rest, ['config', 'ready-file']) : undefined
}

function readCall(
  daemon: DaemonCall['daemon'],
  args: readonly string[],
  names: readonly string[],
): DaemonCall | undefined {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string', multiple: true } as const]))
  const given = readOptions(args, options)
  if (given === undefined || Object.values(given).some((values) => values?.length !== 1 || values[0] === ''))
    return undefined
  const [configFile = defaultConfigFile] = given['config'] ?? []
  const [readyFile] = given['ready-file'] ?? []
  return { daemon, configFile, readyFile }
}

function readOptions(
  args: readonly string[],
  options: Readonly<Record<string, { readonly type: 'string'; readonly multiple: true }>>,
): Readonly<Record<string, readonly string[] | undefined>> | undefined {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch {
    return undefined
  }
}

/** Runs `authority` or `endpoint` until it is stopped. */
export async function runDaemon(
  { daemon, ...call }: DaemonCall,
  world: Omit<DaemonOptions, 'configFile'>,
): Promise<void> {
  if (daemon === 'authority') {
    const { runAuthority } = await import('../../authority/run-authority.ts')
    return runAuthority({ configFile: call.configFile, ...world })
  }
  const { runEndpoint } = await import('../../endpoint/run-endpoint.ts')
  return runEndpoint({ ...call, ...world })
}
