import type { SignetConfig } from '../host/signet-config.ts'
import type { FrontProblem } from './front-problem.ts'
import { judgeFront } from './judge-front.ts'
import { lockedBySignet } from './judge-signer-account.ts'
import type { SignerAccount } from './parse-signer-account.ts'
import { type AccountStep, planSignerAccount } from './plan-signer-account.ts'
import { type FrontWorld, readFront } from './read-front.ts'

const timeoutMs = 10_000

/** The front as it is after the account was locked or opened, and what was done. */
export interface EnsuredFront {
  readonly step: AccountStep
  readonly problems: readonly FrontProblem[]
}

/** Locks the account where it must not be open, opens it where it may, and tells what is wrong then. Can run twice. */
export async function ensureSignerAccount(
  config: SignetConfig | undefined,
  world: FrontWorld,
  isAsked = false,
): Promise<EnsuredFront> {
  const facts = await readFront(config, world)
  const { account } = facts
  if (account === undefined) return { step: 'keep', problems: judgeFront(facts) }
  const step = planSignerAccount({ problems: judgeFront(facts), password: account.password, isAsked })
  await applyAccountStep(step, account, world)
  const password = { lock: lockedBySignet, open: '', keep: account.password }[step]
  return { step, problems: judgeFront({ ...facts, account: { ...account, password } }) }
}

async function applyAccountStep(
  step: AccountStep,
  { uid, namesakes }: SignerAccount,
  { run, endProcessesOf }: FrontWorld,
): Promise<void> {
  if (step === 'lock') {
    await run('usermod', ['--password', lockedBySignet, 'signer'], timeoutMs)
    // A connection that forwards, or a program that somebody runs as that account, would outlive the lock.
    if (namesakes.length === 0) await endProcessesOf(uid)
  }
  if (step === 'open') await run('passwd', ['--quiet', '--delete', 'signer'], timeoutMs)
}
