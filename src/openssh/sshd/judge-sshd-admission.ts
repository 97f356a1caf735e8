import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import type { FrontProblem } from '../front-problem.ts'
import { fitsPattern } from './name-pattern.ts'
import { describeCaller, overruled, type SshdAnswer } from './sshd-answer.ts'

const callerPort = '22'

/** What keeps callers out before sshd looks at how they log in. Pure. */
export function judgeAdmission(answer: SshdAnswer, groups: readonly string[]): readonly FrontProblem[] {
  return [...judgeLists(answer, groups), ...judgeRest(answer), ...judgeListening(answer)]
}

function judgeLists({ probe, settings }: SshdAnswer, groups: readonly string[]): readonly FrontProblem[] {
  const who = describeCaller(probe)
  const names: Readonly<Record<string, readonly string[]>> = { users: ['signer'], groups }
  return (['Users', 'Groups'] as const).flatMap((kind) => {
    const list = (verb: string): readonly string[] => settings.get(`${verb}${kind}`.toLowerCase()) ?? []
    const fits = (pattern: string): boolean =>
      (names[kind.toLowerCase()] ?? []).some((name) => fitsPattern(name, pattern.replace(/@.*$/, '')))
    const denied = list('deny')
      .filter(fits)
      .map((entry) => quoteUntrusted(entry))
    const allowed = list('allow')
    const isLeftOut = allowed.length > 0 && !allowed.some((entry) => fits(entry) && !entry.includes('@'))
    return [
      ...(denied.length === 0
        ? []
        : [closed(`Deny${kind}`, `Deny${kind} ${denied.join(' ')} of sshd is about ${who}`)]),
      ...(isLeftOut ? [closed(`Allow${kind}`, `Allow${kind} of sshd leaves out ${who}`)] : []),
    ]
  })
}

/** What an administrator's own lines may set besides, each with the only value that lets callers in. */
const mustBe: readonly (readonly [keyword: string, value: string])[] = [
  ['ChrootDirectory', 'none'],
  // Since OpenSSH 10.0.
  ['RefuseConnection', 'no'],
  ['PAMServiceName', 'sshd'],
]

function judgeRest({ probe, settings }: SshdAnswer): readonly FrontProblem[] {
  return mustBe.flatMap(([keyword, value]) => {
    const inForce = settings.get(keyword.toLowerCase())?.[0] ?? value
    if (inForce === value) return []
    return [closed(keyword, `sshd has ${keyword} ${quoteUntrusted(inForce)} in force for ${describeCaller(probe)}`)]
  })
}

// Where systemd listens for sshd these count for nothing; so this asks for attention, and no more.
function judgeListening({ probe, settings }: SshdAnswer): readonly FrontProblem[] {
  const { localAddress } = probe
  const any = localAddress.includes(':') ? '[::]' : '0.0.0.0'
  const own = localAddress.includes(':') ? `[${localAddress}]` : localAddress
  const heard = settings.get('listenaddress') ?? []
  if (localAddress === '127.0.0.1' || localAddress === '::1') return []
  if (heard.includes(`${any}:${callerPort}`) || heard.includes(`${own}:${callerPort}`)) return []
  const what = `sshd does not listen at ${localAddress} port ${callerPort}, where callers come: ${heard.map((one) => quoteUntrusted(one)).join(' ')}`
  return [{ ...closed('(Port|ListenAddress)', what), level: 'attention', why: 'callers get "Connection refused"' }]
}

function closed(keyword: string, what: string): FrontProblem {
  const why = 'callers get "Permission denied"'
  return { check: 'sshd', level: 'broken', locks: false, what, why, fix: overruled(keyword) }
}
