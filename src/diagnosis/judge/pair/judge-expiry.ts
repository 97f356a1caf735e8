import type { PairCommands } from '../../../client/pair/pair-commands.ts'
import { formatTime } from '../../../client/pair/verify-ca.ts'
import { planRenewal, readLife } from '../../../client/renew/renewal-window.ts'
import { toleratedSkewMs } from '../../../client/skew-limits.ts'
import { type Finding, well } from '../../../core/finding.ts'
import { type Certificate, isSignedBy } from '../../../x509/parse-certificate.ts'
import type { InspectedPair } from '../../inspect/inspect-pair.ts'

/** The moment that is judged for: now, or later (`--at`). */
export interface Moment {
  readonly nowMs: number
  readonly atMs: number
}

const dayMs = 86_400_000
/** A CA takes a change of every host to replace. */
const caNoticeMs = 365 * dayMs

/** Whether a pair's certificates are valid at a moment, and whether renewing is late. Pure. */
export function judgeExpiry({ certificate, ca, kind, commands }: InspectedPair, moment: Moment): readonly Finding[] {
  return [
    ...(certificate.content === undefined
      ? []
      : [judgeCertificate(certificate.content, certificate.path, { ...moment, kind, commands })]),
    ...judgeCas({ certificate, ca }, moment),
  ]
}

// Expiry is judged at the handshake alone: connections that are open go on, and a restart ends them all.
const untouched = 'open connections go on: restart neither etcd nor kube-apiserver until it is renewed'

type OwnMoment = Moment & Pick<InspectedPair, 'kind' | 'commands'>

function judgeCertificate(own: Certificate, path: string, { nowMs, atMs, kind, commands }: OwnMoment): Finding {
  const { notBeforeMs, notAfterMs, subjectCommonName: name } = own
  const end = formatTime(notAfterMs)
  const why =
    kind === 'client'
      ? 'etcd refuses it at the next handshake'
      : 'clients and other members refuse it at the next handshake'
  const fix = `${commands.renew} --force; then: ${commands.renewing}`
  if (nowMs >= notAfterMs) {
    return { check: 'expiry', level: 'broken', what: `${path} expired at ${end}`, why: `${why}; ${untouched}`, fix }
  }
  if (nowMs + toleratedSkewMs < notBeforeMs) {
    const what = `${path} is not valid before ${formatTime(notBeforeMs)}`
    return {
      check: 'expiry',
      level: 'broken',
      what,
      why: 'the clock of this host is behind, or was ahead',
      fix: 'timedatectl',
    }
  }
  const { dueAtMs } = planRenewal({ validity: own, name, nowMs })
  if (atMs >= notAfterMs) {
    const what = `${path} will have expired, at ${end}, unless it is renewed before`
    return { check: 'expiry', level: 'broken', what, why, fix: `renewing is due at ${formatTime(dueAtMs)}: ${fix}` }
  }
  return judgeLateness(own, path, { dueAtMs, atMs, commands })
}

// By the middle of its life a certificate has been renewed, or every attempt for a tenth of that life has failed.
function judgeLateness(
  certificate: Certificate,
  path: string,
  { dueAtMs, atMs, commands }: { dueAtMs: number; atMs: number; commands: PairCommands },
): Finding {
  const end = formatTime(certificate.notAfterMs)
  const { startMs, lifetimeMs } = readLife(certificate)
  const halfMs = startMs + lifetimeMs / 2
  if (atMs < halfMs) return well('expiry', `${path} is valid until ${end}`)
  return {
    check: 'expiry',
    level: 'attention',
    what: `${path} is valid until ${end}, and should have been renewed since ${formatTime(dueAtMs)}`,
    why: 'nothing renews it, or the signer does not answer',
    fix: `${commands.renew}; ${commands.renewing}`,
  }
}

// Each is judged: a CA that ends takes with it whatever it has signed, and nothing else.
function judgeCas({ certificate, ca }: Pick<InspectedPair, 'certificate' | 'ca'>, moment: Moment): readonly Finding[] {
  const { content: trusted = [], path } = ca
  const [first, ...others] = trusted
  if (first === undefined) return []
  if (others.length === 0) return [judgeCa(first, `the CA certificate ${path}`, moment)]
  const own = certificate.content
  const stillChains = trusted.some((one) => own !== undefined && moment.atMs < one.notAfterMs && isSignedBy(own, one))
  return trusted.map((one, index) => {
    const finding = judgeCa(one, `CA certificate ${index + 1} of ${trusted.length} in ${path}`, moment)
    const isSpent = stillChains && moment.atMs >= one.notAfterMs
    return isSpent ? { ...finding, level: 'attention', ...spentCa } : finding
  })
}

const spentCa = {
  why: 'what it has signed is let in no more; the certificate of this host is of another CA of that file',
  fix: 'see that no host shows a certificate of it, then take it out of the file',
}

function judgeCa({ notBeforeMs, notAfterMs }: Certificate, which: string, { nowMs, atMs }: Moment): Finding {
  const end = formatTime(notAfterMs)
  const why = 'with it all certificates that it has signed end'
  const fix = 'see "The CA expires" in docs/RUNBOOK.md'
  if (nowMs + toleratedSkewMs < notBeforeMs) {
    const what = `${which} is not valid before ${formatTime(notBeforeMs)}`
    return { check: 'ca-expiry', level: 'broken', what, why: 'the clock of this host is behind', fix: 'timedatectl' }
  }
  if (atMs >= notAfterMs) {
    const verb = nowMs >= notAfterMs ? 'expired' : 'will have expired,'
    return { check: 'ca-expiry', level: 'broken', what: `${which} ${verb} at ${end}`, why, fix }
  }
  const days = Math.floor((notAfterMs - atMs) / dayMs)
  const what = `${which} is valid until ${end}, ${days} days`
  return atMs < notAfterMs - caNoticeMs
    ? well('ca-expiry', what)
    : { check: 'ca-expiry', level: 'attention', what, why, fix }
}
