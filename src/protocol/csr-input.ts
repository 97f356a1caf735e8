import { makeCsrCommand, makeKeyAndCsrCommand } from '../core/csr-commands.ts'
import { SignetError } from '../core/signet-error.ts'

/** The most that a caller may send: an RSA-8192 CSR as base64 of PEM has about 4 KiB. */
export const maxInputBytes = 16 * 1024

const pemPattern = /^-----BEGIN ([A-Z0-9 ]{1,40})-----\n([A-Za-z0-9+/=\n]*)-----END \1-----$/
const csrLabels = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']
const howTo = `send base64 < client.csr, where client.csr was made by: ${makeCsrCommand()}`

/**
 * The DER in what a caller sent: base64 of PEM (wrapped or not), base64 of DER, or bare PEM (RFC 7468).
 * The DER itself is not looked at here: only the authority reads CSRs. Throws `bad-data`.
 */
export function decodeCsrInput(input: Uint8Array): Buffer {
  if (input.length > maxInputBytes) {
    throw new SignetError('bad-data', `standard input is over ${maxInputBytes} bytes`, { hint: howTo })
  }
  const text = normalise(input)
  if (text === '') throw new SignetError('bad-data', 'standard input is empty', { hint: howTo })
  if (text.startsWith('-----BEGIN')) return decodePem(text)
  const bytes = decodeBase64(text)
  if (bytes === undefined) throw new SignetError('bad-data', 'standard input is not base64', { hint: howTo })
  const inner = bytes.subarray(0, 10).toString('latin1') === '-----BEGIN' ? normalise(bytes) : undefined
  return inner === undefined ? bytes : decodePem(inner)
}

// latin1 keeps one character a byte, so that nothing outside the base64 alphabet can be folded into it.
function normalise(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1').replace(/\r\n/g, '\n').trim()
}

function decodePem(text: string): Buffer {
  const match = pemPattern.exec(text)
  const label = match?.[1] ?? ''
  if (label.endsWith('PRIVATE KEY') || /^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    throw new SignetError('bad-data', 'standard input is a private key, not a CSR', {
      hint: `this key has left its machine; make a new one, and the CSR with it: ${makeKeyAndCsrCommand()}`,
    })
  }
  if (label === 'CERTIFICATE') {
    throw new SignetError('bad-data', 'standard input is a certificate, not a CSR', { hint: howTo })
  }
  const der = csrLabels.includes(label) ? decodeBase64(match?.[2] ?? '') : undefined
  if (der === undefined || der.length === 0) {
    throw new SignetError('bad-data', 'standard input is not one whole PEM block of a CSR', { hint: howTo })
  }
  return der
}

// Node skips what is not base64; encoding it again shows whether anything was skipped, cut or not canonical.
function decodeBase64(text: string): Buffer | undefined {
  const compact = text.replace(/[ \t\r\n]/g, '')
  const bytes = Buffer.from(compact, 'base64')
  return bytes.toString('base64') === compact ? bytes : undefined
}
