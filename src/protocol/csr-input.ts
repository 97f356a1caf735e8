import { makeCsrCommand, makeKeyAndCsrCommand } from '../core/csr-commands.ts'
import { SignetError } from '../core/signet-error.ts'
import { decodeBase64 } from './decode-base64.ts'
import { findPemBlock } from './pem-block.ts'

/** The most that a caller may send: an RSA-8192 CSR as base64 of PEM has about 4 KiB. */
export const maxInputBytes = 16 * 1024

const csrLabels: readonly string[] = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']
const howTo = `send base64 < client.csr, where client.csr was made by: ${makeCsrCommand()}`
/** The tag of a SEQUENCE, with which all DER of a CSR begins; as a character it is "0". */
const sequenceTag = 0x30

/**
 * The DER in what a caller sent: base64 of PEM (wrapped or not), base64 of DER, or bare PEM (RFC 7468). Text around the one
 * PEM block and a UTF-8 mark before it are skipped. The DER itself is not read here: only the authority reads CSRs.
 * Throws `bad-data`.
 */
export function decodeCsrInput(input: Uint8Array): Buffer {
  if (input.length > maxInputBytes) throw refused(`standard input is over ${maxInputBytes} bytes`)
  const bytes = Buffer.from(input)
  if (bytes[0] === sequenceTag && bytes.includes(0)) {
    throw refused('standard input is DER as it is, which no text can hold', 'send it in base64: base64 < client.csr')
  }
  const text = readText(bytes)
  if (text.trim() === '') throw refused('standard input is empty')
  return text.includes('-----BEGIN') ? decodePem(text) : decodeInner(decodeBase64(text))
}

// The first byte decides, so that nothing is both: DER begins with a SEQUENCE, and what begins otherwise is text.
function decodeInner(bytes: Buffer | undefined): Buffer {
  if (bytes === undefined) throw refused('standard input is not base64')
  if (bytes[0] === sequenceTag) return bytes
  const text = readText(bytes)
  if (text.includes('-----BEGIN')) return decodePem(text)
  throw refused('standard input is base64, but not of a CSR in PEM or DER')
}

// latin1 keeps one character a byte, so that nothing outside the base64 alphabet can be folded into it.
function readText(bytes: Buffer): string {
  const markLength = bytes.toString('hex', 0, 3) === 'efbbbf' ? 3 : 0
  if (looksLikeUtf16(bytes)) {
    const hint =
      'write the file again as ASCII: openssl req -in client.csr -out client.pem; or: Out-File -Encoding ascii'
    throw refused('standard input is UTF-16 text, as PowerShell writes it with ">"', hint)
  }
  return bytes.toString('latin1', markLength).replaceAll('\r\n', '\n')
}

// By its mark (RFC 2781 section 3.2), or by an ASCII character and a zero.
function looksLikeUtf16(bytes: Buffer): boolean {
  return /^(fffe|feff|([2-7].|0[9ad])00|00([2-7].|0[9ad]))/.test(bytes.toString('hex', 0, 2))
}

function decodePem(text: string): Buffer {
  // Wherever it stands: a file that holds key and CSR gives the key away just the same.
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)) {
    throw refused(
      'standard input holds a private key',
      `this key has left its machine; make a new one, and the CSR with it: ${makeKeyAndCsrCommand()}`,
    )
  }
  const { label = '', content } = findPemBlock(text) ?? {}
  if (label === 'CERTIFICATE') throw notACsr(content)
  if (content === undefined || !csrLabels.includes(label)) {
    const blocks = text.split('-----BEGIN').length - 1
    throw refused(
      blocks > 1 ? `standard input holds ${blocks} PEM blocks` : 'standard input is not one whole PEM block of a CSR',
    )
  }
  // Else base64 of this content could be read once more, as a text.
  if (content[0] !== sequenceTag) throw refused('the PEM block on standard input does not hold DER')
  return content
}

// RFC 2986 section 4: version 0, then a name; a certificate has its algorithm there, or an explicit version before.
const csrShape = /^30(?:[0-7].|81..|82.{4})30(?:[0-7].|81..|82.{4})02010030(?:00|(?:[0-7].|81..|82.{4})31)/

function notACsr(content: Buffer | undefined): SignetError {
  const isCsr =
    content !== undefined && (csrShape.test(content.toString('hex')) || content.includes('CERTIFICATE REQUEST-----'))
  if (!isCsr) return refused('standard input is a certificate, not a CSR')
  return refused(
    'standard input says CERTIFICATE around a CSR, as "certutil -encode" does around anything',
    'send the file that certutil was given; if that is DER, write CERTIFICATE REQUEST instead of CERTIFICATE in both lines',
  )
}

function refused(message: string, hint = howTo): SignetError {
  return new SignetError('bad-data', message, { hint })
}
