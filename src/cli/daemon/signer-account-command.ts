import { existsSync } from 'node:fs'
import { readConfig } from '../../host/signet-config.ts'
import { ensureSignerAccount } from '../../openssh/ensure-signer-account.ts'
import type { FrontProblem } from '../../openssh/front-problem.ts'
import { systemFrontWorld } from '../../openssh/read-front.ts'
import type { CommandStreams } from '../command-streams.ts'

/** What may be said to `signer-account`, as typed. */
export interface SignerAccountOptions {
  readonly config: string
  readonly open?: boolean
}

const said = {
  lock: 'the account signer is locked now: callers that come through sshd get "Permission denied"',
  open: 'the account signer is open to callers that come through sshd',
  keep: 'the account signer stays as it is',
} as const

/**
 * Locks or opens the account of this host, and says why. Fails only where it could not: then the endpoint must not start,
 * for whoever becomes the account `signer` is believed.
 */
export async function runSignerAccount(
  { config: file, open = false }: SignerAccountOptions,
  { stderr }: CommandStreams,
  world = systemFrontWorld,
): Promise<void> {
  const config = existsSync(file) ? readConfig(file) : undefined
  const { step, problems } = await ensureSignerAccount(config, world, open)
  stderr.write(`${problems.map(formatProblem).join('')}signet: ${said[step]}\n`)
}

function formatProblem({ level, what, why, fix }: FrontProblem): string {
  const kind = level === 'broken' ? 'error' : 'warning'
  return `signet: ${kind}: ${what}${why === undefined ? '' : ` (${why})`}\nsignet: hint: ${fix}\n`
}
