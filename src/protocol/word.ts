import { parseIpAddress } from '../core/ip-address.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import { isMasterName, isMemberName, nameForm } from './names.ts'

/** The words that read no standard input. */
const plainWords = ['get-certificate', 'get-trust', 'get-peers', 'get-topology', 'get-status', 'help'] as const
export type PlainWord = (typeof plainWords)[number]

/** What a caller asks for, once understood. */
export type Word =
  /** No word at all. */
  | { readonly kind: 'none' }
  | { readonly kind: 'plain'; readonly word: PlainWord }
  | { readonly kind: 'client'; readonly name: string }
  | { readonly kind: 'member'; readonly name: string; readonly address: string }

/** Longest command looked at: the longest valid one has 57 + 1 + 45 characters. */
const maxCommandLength = 256

/**
 * The word in an SSH command, which is hostile text (OpenSSH hands it on in `SSH_ORIGINAL_COMMAND`, newlines included).
 * It is compared and matched whole, never split into arguments and never given to a shell. Throws `usage`.
 */
export function parseWord(command: string | undefined): Word {
  const text = trimBlanks(command ?? '')
  // Not help: a script whose variable is empty must not take an answer for a certificate.
  if (text === '') return { kind: 'none' }
  if (text === '--help') return { kind: 'plain', word: 'help' }
  const word = plainWords.find((candidate) => candidate === text)
  if (word !== undefined) return { kind: 'plain', word }
  if (text.length > maxCommandLength) throw new SignetError('usage', 'the command is too long', { hint: helpHint })
  return parseName(text)
}

const helpHint = 'ask for "help" to see the words that are understood'

// Blanks at the ends come from quoting in scripts and mean nothing; inner ones and other white space are refused.
function trimBlanks(text: string): string {
  return text.length > maxCommandLength ? text : text.replace(/^[ \t]+|[ \t]+$/g, '')
}

function parseName(text: string): Word {
  if (isMasterName(text)) return { kind: 'client', name: text }
  const equals = text.indexOf('=')
  const name = equals < 0 ? text : text.slice(0, equals)
  if (equals >= 0 && isMemberName(name)) return { kind: 'member', name, address: parseMemberAddress(text, equals) }
  throw unknownWord(text, name)
}

function parseMemberAddress(text: string, equals: number): string {
  const address = parseIpAddress(text.slice(equals + 1))
  if (address !== undefined) return address
  throw new SignetError('usage', `${quoteUntrusted(text)} has no IP address behind the "="`, {
    hint: 'write etcd-<id>=<ip>, for instance etcd-2=192.0.2.12 or etcd-2=2001:db8::12',
  })
}

function unknownWord(text: string, name: string): SignetError {
  const quoted = quoteUntrusted(text)
  if (isMemberName(name)) {
    return new SignetError('usage', `${quoted} lacks the member's address`, { hint: 'write etcd-<id>=<ip>' })
  }
  if (/^kubemaster/i.test(text)) return malformedName(quoted, 'kubemaster-<id>')
  if (/^etcd/i.test(text)) return malformedName(quoted, 'etcd-<id>=<ip>')
  return new SignetError('usage', `unknown word ${quoted}`, { hint: helpHint })
}

function malformedName(quoted: string, form: string): SignetError {
  return new SignetError('usage', `malformed name ${quoted}`, { hint: `write ${form}, where <id> is ${nameForm}` })
}
