import { hash } from 'node:crypto'
import { SignetError } from '../core/signet-error.ts'

const prefix = 'SHA256:'
const pinPattern = /^SHA256:([0-9A-F]{64}|[0-9A-F]{2}(?::[0-9A-F]{2}){31})$/

/** A certificate's pin: what `openssl x509 -noout -fingerprint -sha256` prints, without colons. */
export function certificatePin(der: Uint8Array): string {
  return `${prefix}${hash('sha256', der, 'hex').toUpperCase()}`
}

/** The pin in what an operator typed; colons and lower case are accepted. Throws `usage`. */
export function parsePin(text: string): string {
  const digits = pinPattern.exec(text.toUpperCase())?.[1]
  if (digits === undefined) {
    throw new SignetError('usage', 'the pin is not SHA256: and 64 hexadecimal digits', {
      hint: 'copy the pin that init printed, or: openssl x509 -noout -fingerprint -sha256 -in ca.crt',
    })
  }
  return `${prefix}${digits.replaceAll(':', '')}`
}
