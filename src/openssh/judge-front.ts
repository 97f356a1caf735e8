import { SignetError } from '../core/signet-error.ts'
import type { FrontProblem } from './front-problem.ts'
import { judgePam } from './judge-pam.ts'
import { judgeSignerAccount, lockedBySignet, lockedWhat } from './judge-signer-account.ts'
import type { FrontFacts } from './read-front.ts'
import { judgeSshd } from './sshd/judge-sshd.ts'
import { listSshdLines } from './sshd/sshd-drop-in.ts'

/**
 * What is wrong with the way by which OpenSSH leads callers to the endpoint: what opens the account `signer` to others, and
 * what keeps callers out. Where callers come to the embedded front only the first counts. Pure.
 */
export function judgeFront({ config, account, pam, sshd }: FrontFacts): readonly FrontProblem[] {
  const all = [
    ...judgePam(pam, doesAskPam(sshd)),
    ...judgeAnswers({ config, account, sshd }),
    ...judgeSignerAccount(account),
  ]
  const unsafe = all.filter(({ locks }) => locks)
  if (config === undefined || config.endpoint.front === 'embedded') return unsafe
  if (unsafe.length === 0 || account?.password !== lockedBySignet) return all
  // That it is locked is told with the reason: what opens it again is to put that right.
  const others = all.filter(({ locks, what }) => !locks && what !== lockedWhat)
  return [
    ...unsafe.map((each) => ({ ...each, what: `${each.what}; the account is locked until that is put right` })),
    ...others,
  ]
}

// Where that is not known it is taken to, as on Debian.
function doesAskPam(sshd: FrontFacts['sshd']): boolean {
  return sshd === undefined || sshd instanceof SignetError || sshd[0]?.settings.get('usepam')?.[0] !== 'no'
}

function judgeAnswers({ config, account, sshd }: Omit<FrontFacts, 'pam'>): readonly FrontProblem[] {
  if (config === undefined || sshd === undefined) return []
  if (sshd instanceof SignetError) return [notKnown(sshd)]
  return judgeSshd({ lines: listSshdLines(config), answers: sshd, groups: account?.groups ?? [] })
}

function notKnown({ message, hint = 'see by hand: sshd -T' }: SignetError): FrontProblem {
  return {
    check: 'sshd',
    level: 'unknown',
    locks: false,
    what: `what sshd has in force is not known: ${message}`,
    why: 'what it does is judged by its own answer',
    fix: hint,
  }
}
