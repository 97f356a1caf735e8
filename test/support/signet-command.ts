import { join } from 'node:path'
import type { SandboxFixture } from './sandbox-fixture.ts'
import type { ShellResult } from './shell.ts'

const program = join(import.meta.dirname, '../../src/cli/main.ts')

/** Runs `signet` in the workspace of a sandbox, with the arguments as a shell reads them. */
export function runSignet(sandbox: SandboxFixture, args: string): Promise<ShellResult> {
  return sandbox.run(`'${process.execPath}' '${program}' ${args}`)
}

/** What a command printed with --json. */
export function parseReport({ stdout, stderr }: ShellResult): Report {
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

interface Report {
  readonly state: string
  readonly findings: readonly {
    readonly check: string
    readonly level: string
    readonly what: string
    readonly why?: string
    readonly fix?: string
  }[]
  readonly [name: string]: unknown
}

/** What of a report calls for somebody, as `check: what`. */
export function troubleIn({ findings }: Report): readonly string[] {
  return findings
    .filter(({ level }) => level === 'attention' || level === 'broken')
    .map(({ check, what }) => `${check}: ${what}`)
}
