import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import type { FrontProblem } from '../front-problem.ts'
import { findHarmfulPatterns } from './accepted-environment.ts'
import { judgeAdmission } from './judge-sshd-admission.ts'
import type { SshdSettings } from './parse-sshd-settings.ts'
import type { SshdProbe } from './plan-sshd-probes.ts'
import { describeCaller, overruled, readAgain, type SshdAnswer } from './sshd-answer.ts'
import { acceptedVariable, type SshdLines, sshdDropInFile } from './sshd-drop-in.ts'

/** What is compared: what was written, and what sshd makes of it and of all the rest of its configuration. */
export interface SshdFacts {
  readonly lines: SshdLines
  readonly answers: readonly SshdAnswer[]
  /** The groups of the account `signer`. */
  readonly groups: readonly string[]
}

/** Where what is in force for callers is not what the drop-in says. Pure. */
export function judgeSshd({ lines, answers, groups }: SshdFacts): readonly FrontProblem[] {
  if (answers.every(({ settings }) => !hasDropIn(settings))) return [notRead(answers)]
  const found = answers.flatMap(({ probe, settings }, index) => {
    const expected = (probe.isInside ? lines.inside : undefined) ?? lines.outside
    return [
      ...(index === 0 ? compareLines(lines.everywhere, { probe, settings }) : []),
      ...compareLines(expected, { probe, settings }),
      ...(probe.isInside && lines.inside !== undefined ? judgeAdmission({ probe, settings }, groups) : []),
    ]
  })
  // One line of an administrator's is one finding, however many callers it is about; of these the worst is told.
  const worstLast = found.toReversed().toSorted((one, other) => Number(one.locks) - Number(other.locks))
  return [...new Map(worstLast.map((each) => [each.fix, each])).values()].toReversed()
}

// By the one line of ours that nothing can go before: lists are added to.
function hasDropIn(settings: SshdSettings): boolean {
  return settings.get('acceptenv')?.includes(acceptedVariable) === true
}

/** Whether sshd lets somebody in who has no password and no key. */
function letsIn(settings: SshdSettings): boolean {
  const has = (keyword: string): boolean => settings.get(keyword)?.[0] === 'yes'
  return has('permitemptypasswords') && (has('passwordauthentication') || has('kbdinteractiveauthentication'))
}

function notRead(answers: readonly SshdAnswer[]): FrontProblem {
  return {
    check: 'sshd',
    level: 'broken',
    // As somebody's own PermitEmptyPasswords would have it: with forwarding, and with what variables the host accepts.
    locks: answers.some(({ settings }) => letsIn(settings)),
    what: `nothing of ${sshdDropInFile} is in force: sshd does not read it`,
    why: 'callers get "Permission denied"',
    fix: `grep -q '^Include /etc/ssh/sshd_config.d/' /etc/ssh/sshd_config || sed -i '1i Include /etc/ssh/sshd_config.d/*.conf' /etc/ssh/sshd_config; ${readAgain}`,
  }
}

function compareLines(lines: readonly string[], answer: SshdAnswer): readonly FrontProblem[] {
  return lines.flatMap((line) => {
    const [keyword = '', value = ''] = line.split(' ')
    // Lists: other entries may stand beside ours, and are judged for what they do.
    if (/^(Allow|Accept)/.test(keyword)) return keyword === 'AcceptEnv' ? judgeEnvironment(answer) : []
    const inForce = answer.settings.get(keyword.toLowerCase())?.join(' ')
    const expected = value.replace(/^(\d+)s$/, '$1')
    // An older OpenSSH than the one that the keyword came with would not have accepted the drop-in at all.
    return inForce === expected ? [] : [differs({ keyword, value, inForce }, answer)]
  })
}

interface Difference {
  readonly keyword: string
  readonly value: string
  readonly inForce: string | undefined
}

/** Why a line matters; what stands under `opens` is what a caller could forge an address with. */
const opens: Readonly<Record<string, string>> = {
  ForceCommand: 'callers get another program than the relay, as the account that the endpoint believes',
  DisableForwarding: "callers could reach the endpoint's socket by a forwarding, and tell it any address",
}
const letsInOrNot = ['AuthenticationMethods', 'PasswordAuthentication', 'PermitEmptyPasswords']

function differs({ keyword, value, inForce }: Difference, { probe, settings }: SshdAnswer): FrontProblem {
  const isOpen = letsIn(settings)
  const danger = isOpen ? opens[keyword] : undefined
  const isBroken = danger !== undefined || (letsInOrNot.includes(keyword) && (probe.isInside || isOpen))
  return {
    check: 'sshd',
    level: isBroken ? 'broken' : 'attention',
    locks: danger !== undefined,
    what: `sshd has ${keyword} ${print(inForce)} in force, not ${value}, for ${describeCaller(probe)}`,
    why: danger ?? (isBroken ? whyOpening(probe) : 'callers get more than their word, or hold more than they need'),
    fix: overruled(keyword),
  }
}

function whyOpening({ isInside }: SshdProbe): string {
  if (isInside) return 'callers get "Permission denied"'
  return 'the account signer is open to every network; the endpoint still refuses its callers'
}

// Our own AcceptEnv takes the place of the host's list, but a Match block of an administrator's adds to it.
function judgeEnvironment({ probe, settings }: SshdAnswer): readonly FrontProblem[] {
  const harmful = findHarmfulPatterns(settings.get('acceptenv') ?? [])
  if (harmful.length === 0) return []
  return [
    {
      check: 'sshd',
      level: 'broken',
      locks: letsIn(settings),
      what: `sshd accepts variables like ${harmful.map(print).join(', ')} from ${describeCaller(probe)}`,
      why: 'with LD_PRELOAD and its like any account of this host runs code as the account signer, and tells the endpoint any address',
      fix: overruled('AcceptEnv'),
    },
  ]
}

function print(text: string | undefined): string {
  if (text === undefined) return '(nothing)'
  return /^[\w.,:/*?@!-]+$/.test(text) ? text : quoteUntrusted(text)
}
