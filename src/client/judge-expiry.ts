import type { Finding } from '../core/finding.ts'
import type { Certificate } from '../x509/parse-certificate.ts'
import type { InspectedPair } from './inspect-pair.ts'
import type { PairCommands } from './pair-commands.ts'
import { planRenewal, readLife } from './renewal-window.ts'
import { formatTime, maxSkewMs } from './verify-ca.ts'

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
    ...(ca.content === undefined ? [] : [judgeCa(ca.content, ca.path, moment)]),
  ]
}

type Context = Moment & Pick<InspectedPair, 'kind' | 'commands'>

function judgeCertificate(own: Certificate, path: string, { nowMs, atMs, kind, commands }: Context): Finding {
  const { notBeforeMs, notAfterMs, subjectCommonName: name } = own
  const end = formatTime(notAfterMs)
  const why =
    kind === 'client'
      ? 'etcd refuses it at the next handshake'
      : 'clients and other members refuse it at the next handshake'
  const fix = `${commands.renew} --force; then: ${commands.renewing}`
  if (nowMs >= notAfterMs) return { check: 'expiry', level: 'broken', what: `${path} expired at ${end}`, why, fix }
  if (nowMs + maxSkewMs < notBeforeMs) {
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
  if (atMs < halfMs) return { check: 'expiry', level: 'well', what: `${path} is valid until ${end}` }
  return {
    check: 'expiry',
    level: 'attention',
    what: `${path} is valid until ${end}, and should have been renewed since ${formatTime(dueAtMs)}`,
    why: 'nothing renews it, or the signer does not answer',
    fix: `${commands.renew}; ${commands.renewing}`,
  }
}

function judgeCa({ notBeforeMs, notAfterMs }: Certificate, path: string, { nowMs, atMs }: Moment): Finding {
  const end = formatTime(notAfterMs)
  const why = 'with it all certificates of the cluster end'
  const fix = 'see "The CA expires" in docs/RUNBOOK.md'
  if (nowMs + maxSkewMs < notBeforeMs) {
    const what = `the CA certificate ${path} is not valid before ${formatTime(notBeforeMs)}`
    return { check: 'ca-expiry', level: 'broken', what, why: 'the clock of this host is behind', fix: 'timedatectl' }
  }
  if (atMs >= notAfterMs) {
    const verb = nowMs >= notAfterMs ? 'expired' : 'will have expired,'
    return { check: 'ca-expiry', level: 'broken', what: `the CA certificate ${path} ${verb} at ${end}`, why, fix }
  }
  const days = Math.floor((notAfterMs - atMs) / dayMs)
  const what = `the CA certificate ${path} is valid until ${end}, ${days} days`
  return atMs < notAfterMs - caNoticeMs
    ? { check: 'ca-expiry', level: 'well', what }
    : { check: 'ca-expiry', level: 'attention', what, why, fix }
}
