import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { SignetError } from '../../core/signet-error.ts'
import { type OwnChild, startChild } from '../../host/child-process.ts'
import { isAnswered } from '../../host/unix-socket.ts'
import { waitUntil } from '../../host/wait-until.ts'
import type { OwnProgram } from './own-program.ts'
import type { SandboxLayout } from './sandbox-layout.ts'
import type { SshAddress } from './ssh-files.ts'

const startTimeoutMs = 15_000
const addressSchema = v.object({ host: v.string(), port: v.number() })

/** Starts the authority; resolves once its socket answers. */
export async function startAuthority(layout: SandboxLayout, program: OwnProgram): Promise<OwnChild> {
  const child = await startDaemon('authority', [], { layout, program })
  await waitUntil(() => isAnswered(layout.authoritySocket), watch(child, layout, 'authority'))
  return child
}

/** Starts the endpoint; resolves once it answers callers, with where. */
export async function startEndpoint(
  layout: SandboxLayout,
  program: OwnProgram,
): Promise<{ child: OwnChild; ssh: SshAddress }> {
  const child = await startDaemon('endpoint', ['--ready-file', layout.readyFile], { layout, program })
  const ssh = await waitUntil(() => readAddress(layout.readyFile), watch(child, layout, 'endpoint'))
  return { child, ssh }
}

interface Place {
  readonly layout: SandboxLayout
  readonly program: OwnProgram
}

function startDaemon(name: string, args: readonly string[], { layout, program }: Place): Promise<OwnChild> {
  const { command, args: first } = program
  const logFile = join(layout.logs, `${name}.log`)
  return startChild({ command, args: [...first, name, '--config', layout.config, ...args], logFile })
}

function watch(child: OwnChild, layout: SandboxLayout, name: string) {
  const logFile = join(layout.logs, `${name}.log`)
  return {
    timeoutMs: startTimeoutMs,
    stillHoped: child.isRunning,
    failure: () => new SignetError('unavailable', `the ${name} did not start`, { hint: `read ${logFile}` }),
  }
}

function readAddress(file: string): SshAddress | undefined {
  try {
    return v.parse(addressSchema, JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}
