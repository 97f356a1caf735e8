import { SignetError } from '../../core/signet-error.ts'
import type { CaBundle } from '../../x509/ca-bundle.ts'
import { certificatePin, parsePin } from '../../x509/certificate-pin.ts'
import { type Certificate, isSignedBy, parseCertificate } from '../../x509/parse-certificate.ts'
import { formatPem, parsePem } from '../../x509/pem.ts'
import { toleratedSkewMs } from '../skew-limits.ts'
import { freshCaCommand, type RequestCommands } from './pair-commands.ts'

export interface ReceivedCa {
  readonly caPem: string
  readonly nowMs: number
  /** What the operator was given to compare with, as typed. */
  readonly pin?: string | undefined
  /** The CAs that this host has trusted so far. */
  readonly installed?: CaBundle | undefined
  /** Where they are, for what to type. */
  readonly installedPath?: string | undefined
  readonly commands?: RequestCommands | undefined
}

/** A CA certificate that may be trusted, and its pin. */
export interface VerifiedCa {
  readonly certificate: Certificate
  /** Written anew: what else the text held stays out. */
  readonly pem: string
  readonly pin: string
}

/**
 * Decides whether the CA that a signer issues with may be trusted: a CA, in its time, with the pin, and one of those that are
 * installed. Pure.
 */
export function verifyCa({ caPem, nowMs, pin, ...trust }: ReceivedCa): VerifiedCa {
  const certificate = parseAnswer(caPem, 'the CA certificate')
  const ca = { certificate, pem: formatPem('CERTIFICATE', certificate.der), pin: certificatePin(certificate.der) }
  requirePin(ca, pin)
  requireInstalled(ca, trust)
  requireUsable(certificate, { nowMs, subject: "the signer's CA certificate" })
  return ca
}

/** Refuses a CA by which nothing can be verified now. The subject is what it is called in messages. */
export function requireUsable(
  certificate: Certificate,
  moment: { readonly nowMs: number; readonly subject: string },
): void {
  requireMaySign(certificate, moment.subject)
  requireInTime(certificate, moment)
}

/** A certificate in what a signer sent. Text around it is refused: a banner of some shell, or a second certificate. */
export function parseAnswer(pem: string, what: string): Certificate {
  try {
    return parseCertificate(parsePem(pem, 'CERTIFICATE'))
  } catch (cause) {
    const reason = cause instanceof SignetError ? cause.message : 'it cannot be read'
    throw new SignetError('bad-data', `${what} from the signer is not acceptable: ${reason}`, {
      hint: 'nothing but one certificate may come from there; a banner or an "echo" in a start-up file spoils it',
      cause,
    })
  }
}

function requirePin({ pin }: VerifiedCa, expected: string | undefined): void {
  // Whoever answers first on the network would otherwise choose the CA that this host trusts.
  if (expected === undefined || parsePin(expected) === pin) return
  throw new SignetError('refused', `the signer's CA has the pin ${pin}, not the one given with --pin`, {
    hint: 'compare with what init printed on the signer; another host may be answering in its place',
  })
}

function requireInstalled(
  { certificate }: VerifiedCa,
  { installed, installedPath = 'ca.crt', commands }: Pick<ReceivedCa, 'installed' | 'installedPath' | 'commands'>,
): void {
  if (installed === undefined || installed.some(({ der }) => der.equals(certificate.der))) return
  const pins = installed.map(({ der }) => certificatePin(der)).join(', ')
  throw new SignetError('refused', `the signer's CA is not the installed one (${pins})`, {
    hint: `if the cluster was made anew: ${freshCaCommand(installedPath, commands)}`,
  })
}

function requireMaySign(certificate: Certificate, subject: string): void {
  if (certificate.isCa && certificate.keyUsage.includes('keyCertSign') && isSignedBy(certificate, certificate)) return
  throw new SignetError('refused', `${subject} is not that of a self-signed CA`, {
    hint: 'look at it: ssh signer@IP get-certificate | openssl x509 -noout -text',
  })
}

function requireInTime(
  { notBeforeMs, notAfterMs }: Certificate,
  { nowMs, subject }: { readonly nowMs: number; readonly subject: string },
): void {
  if (nowMs >= notAfterMs) {
    throw new SignetError('configuration', `${subject} expired at ${formatTime(notAfterMs)}`, {
      hint: 'if it is not later than that, set the clock of this host; else see the RUNBOOK on a CA that expires',
    })
  }
  if (nowMs + toleratedSkewMs < notBeforeMs) {
    throw new SignetError('configuration', `${subject} begins at ${formatTime(notBeforeMs)}`, {
      hint: 'the clock of this host is behind: set it right, see timedatectl',
    })
  }
}

/** A time as messages show it. */
export function formatTime(timeMs: number): string {
  return new Date(timeMs).toISOString()
}
