import type { ShellResult } from '../shell/shell.ts'
import type { SandboxFixture } from './sandbox-fixture.ts'

/** Makes the directory `master` of a sandbox's workspace that of a master, kubemaster-1. */
export async function requestCertificate(sandbox: SandboxFixture): Promise<void> {
  const asking = 'request --signer-ip signer --ssh-config sandbox/ssh_config --name kubemaster-1 --dir master'
  const { status, stderr } = await sandbox.signet(asking)
  if (status !== 0) throw new Error(stderr)
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
