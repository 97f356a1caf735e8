import type { SignetConfig } from '../host/signet-config.ts'
import type { FrontProblem } from './front-problem.ts'
import { judgeFront } from './judge-front.ts'
import { lockedBySignet } from './judge-signer-account.ts'
import type { SignerAccount } from './parse-signer-account.ts'
import { type FrontPorts, readFront } from './read-front.ts'

const timeoutMs = 10_000

/** What is done with the account `signer`. */
export type AccountStep = 'lock' | 'open' | 'keep'

/**
 * Whether the account is locked, as long as somebody could become it or run a program as it; or opened, where Signet itself
 * had locked it and the reason is gone. What root or a hardening tool locked stays as it is, unless root asks for it to be
 * opened, or the package is configured. Pure.
 */
export function planSignerAccount({ problems, password, isAsked }: AccountQuestion): AccountStep {
  if (problems.some(({ locks }) => locks)) {
    return password === '' || (isAsked && password !== lockedBySignet) ? 'lock' : 'keep'
  }
  // What it was locked for may be what is not known now.
  if (problems.some(({ level }) => level === 'unknown')) return 'keep'
  return password === lockedBySignet || (isAsked && password !== '') ? 'open' : 'keep'
}

interface AccountQuestion {
  readonly problems: readonly FrontProblem[]
  /** The password field of the account. */
  readonly password: string
  /** Whether root asks for the account to be opened, whoever locked it. */
  readonly isAsked: boolean
}

/** The front as it is after the account was locked or opened, and what was done. */
export interface EnsuredFront {
  readonly step: AccountStep
  readonly problems: readonly FrontProblem[]
}

/** Locks the account where it must not be open, opens it where it may, and tells what is wrong then. Can run twice. */
export async function ensureSignerAccount(
  config: SignetConfig | undefined,
  ports: FrontPorts,
  isAsked = false,
): Promise<EnsuredFront> {
  const facts = await readFront(config, ports)
  const { account } = facts
  if (account === undefined) return { step: 'keep', problems: judgeFront(facts) }
  const step = planSignerAccount({ problems: judgeFront(facts), password: account.password, isAsked })
  await applyAccountStep(step, account, ports)
  const password = { lock: lockedBySignet, open: '', keep: account.password }[step]
  return { step, problems: judgeFront({ ...facts, account: { ...account, password } }) }
}

async function applyAccountStep(
  step: AccountStep,
  { uid, namesakes }: SignerAccount,
  { run, endProcessesOf }: FrontPorts,
): Promise<void> {
  if (step === 'lock') {
    await run('usermod', ['--password', lockedBySignet, 'signer'], timeoutMs)
    // A connection that forwards, or a program that somebody runs as signer, would outlive the lock.
    if (namesakes.length === 0) await endProcessesOf(uid)
  }
  if (step === 'open') await run('passwd', ['--quiet', '--delete', 'signer'], timeoutMs)
}
