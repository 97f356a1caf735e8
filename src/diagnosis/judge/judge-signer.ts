import { byHand } from '../../client/ask/by-hand.ts'
import { freshCaCommand } from '../../client/pair/pair-commands.ts'
import { noticeableSkewMs, uselessSkewMs } from '../../client/skew-limits.ts'
import { type Finding, well } from '../../core/finding.ts'
import { certificatePin } from '../../x509/certificate-pin.ts'
import { type HostPair, installedTrust } from '../inspect/inspect-pairs.ts'
import type { InspectedSigner } from '../inspect/inspect-signer.ts'

/** Whether a signer answers, is of the installed CA and has the time of this host. Pure. */
export function judgeSigner(
  inspected: InspectedSigner,
  installedPins: readonly string[],
  freshCa = 'move the installed CA away; then: signet request --signer-ip=IP --pin=PIN',
): readonly Finding[] {
  const { signer } = inspected
  if ('failure' in inspected) {
    const { message, hint = `by hand: ${byHand(signer, 'get-status')}` } = inspected.failure
    const why =
      'no certificate can be renewed while it does not answer; those that are installed work until they expire'
    return [{ check: 'signer', level: 'attention', what: message, why, fix: hint }]
  }
  const { status, clockSkewMs } = inspected
  const answers: Finding = well('signer', `the signer ${signer.address} answers`)
  return [
    answers,
    ...judgePin(inspected.status.pin, installedPins, freshCa),
    judgeSkew(clockSkewMs),
    ...judgeSync(status.clockSynchronised),
  ]
}

/** The pins of all CAs that are trusted here. */
export function installedPins(pairs: readonly HostPair[]): readonly string[] {
  return (installedTrust(pairs)?.content ?? []).map(({ der }) => certificatePin(der))
}

/** What fetches another CA. A member has its CA from a join, and requests none. */
export function freshCaOf(pairs: readonly HostPair[]): string | undefined {
  const client = pairs.find(({ pair }) => pair.kind === 'client')?.pair
  return client === undefined ? undefined : freshCaCommand(client.ca.path, client.commands)
}

function judgePin(pin: string, installedPins: readonly string[], freshCa: string): readonly Finding[] {
  if (installedPins.length === 0 || installedPins.includes(pin)) return []
  const what = `the signer's CA (${pin}) is not the installed one (${installedPins.join(', ')})`
  const why = 'renewing refuses its certificates, as etcd would'
  const fix = `if the cluster was made anew: ${freshCa}`
  return [{ check: 'signer-ca', level: 'broken', what, why, fix }]
}

function judgeSkew(clockSkewMs: number): Finding {
  const size = Math.abs(clockSkewMs)
  const seconds = (size / 1000).toFixed(1)
  const what = `the clock of this host is ${seconds} s ${clockSkewMs > 0 ? 'behind' : 'ahead of'} the signer's`
  const fix = 'timedatectl; date -u; then set the wrong one of the two right'
  if (size >= uselessSkewMs) {
    return { check: 'clock-skew', level: 'broken', what, why: 'certificates of the signer are not valid here', fix }
  }
  if (size < noticeableSkewMs) return well('clock-skew', what)
  return {
    check: 'clock-skew',
    level: 'attention',
    what,
    why: 'ten minutes apart, new certificates are not valid',
    fix,
  }
}

function judgeSync(isSynchronised: boolean | null): readonly Finding[] {
  if (isSynchronised !== false) return []
  const what = "the signer's clock is not synchronised"
  const why = 'certificates have the dates of that clock'
  return [{ check: 'signer-clock', level: 'attention', what, why, fix: 'on the signer: timedatectl set-ntp true' }]
}
