import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { isAnswered } from '../host/net/unix-socket.ts'
import { type OwnChild, startChild } from '../host/programs/child-process.ts'
import { waitUntil } from '../host/wait-until.ts'
import type { ChildStart } from './child-start.ts'
import type { OwnProgram } from './own-program.ts'
import type { SandboxLayout } from './sandbox-layout.ts'
import type { SshAddress } from './ssh-config.ts'
import { startFailure } from './start-failure.ts'

const startTimeoutMs = 15_000
const addressSchema = v.object({ host: v.string(), port: v.number() })

/** Starts the authority; resolves once its socket answers. */
export async function startAuthority(place: DaemonPlace, start: ChildStart): Promise<OwnChild> {
  const child = await startDaemon('authority', [], place)
  start.started(child)
  const waiting = watch(child, place.layout, 'authority')
  // Until the socket has its mode, nobody but root may even ask.
  const answers = (): Promise<boolean> => isAnswered(place.layout.authoritySocket).catch(() => false)
  await waitUntil(answers, { ...waiting, ...signalOf(start) })
  return child
}

/** Starts the endpoint; resolves once it answers callers, with where. */
export async function startEndpoint(
  place: DaemonPlace,
  start: ChildStart,
): Promise<{ child: OwnChild; ssh: SshAddress }> {
  const { readyFile } = place.layout
  const child = await startDaemon('endpoint', ['--ready-file', readyFile], place)
  start.started(child)
  const waiting = watch(child, place.layout, 'endpoint')
  const ssh = await waitUntil(() => readAddress(readyFile), { ...waiting, ...signalOf(start) })
  return { child, ssh }
}

function signalOf({ signal }: ChildStart): Pick<ChildStart, 'signal'> {
  return signal === undefined ? {} : { signal }
}

/** Where a daemon of the sandbox runs, and from what program. */
export interface DaemonPlace {
  readonly layout: SandboxLayout
  readonly program: OwnProgram
}

function startDaemon(name: string, args: readonly string[], { layout, program }: DaemonPlace): Promise<OwnChild> {
  const { command, args: first } = program
  const logFile = join(layout.logs, `${name}.log`)
  return startChild({ command, args: [...first, name, '--config', layout.config, ...args], logFile })
}

function watch(child: OwnChild, layout: SandboxLayout, name: string) {
  const logFile = join(layout.logs, `${name}.log`)
  return {
    timeoutMs: startTimeoutMs,
    stillHoped: child.isRunning,
    failure: () => startFailure(`the ${name}`, logFile),
  }
}

function readAddress(file: string): SshAddress | undefined {
  try {
    return v.parse(addressSchema, JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}
