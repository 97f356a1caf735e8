import { maxListedMembers } from '../core/member-name.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { asSignetError, SignetError } from '../core/signet-error.ts'
import type { SigningQuestion } from '../protocol/authority-message.ts'
import { decodeCsrInput } from '../protocol/csr-input.ts'
import type { Word } from '../protocol/word.ts'
import type { Call } from './call.ts'
import type { EndpointWorld } from './endpoint-world.ts'

type CertificateWord = Exclude<Word, { kind: 'plain' | 'none' }>
type MemberWord = Extract<Word, { kind: 'member' }>

/** The certificate, PEM, that `kubemaster-<id>` or `etcd-<id>=<ip>` asks for. */
export async function answerCertificateWord(word: CertificateWord, call: Call, world: EndpointWorld): Promise<string> {
  if (word.kind === 'member') refuseForeignAddress(word, call)
  const csr = decodeCsrInput(await call.readInput()).toString('base64')
  const startedAtMs = world.clock.now()
  const certificate = await world.authority.sign(await ask(word, csr, { call, world }))
  const { address } = call
  world.log.info({ name: word.name, address, status: 0, ms: world.clock.now() - startedAtMs }, 'certificate handed out')
  return certificate
}

/**
 * A member certificate names an address, and whoever holds it can pose as the server there. So nobody gets one for an
 * address that is not his own. The authority, which cannot see the caller, relies on this.
 */
function refuseForeignAddress({ name, address }: MemberWord, call: Call): void {
  if (address === call.address) return
  throw new SignetError('refused', `${name}=${address} was asked for from ${call.address}`, {
    hint: `ask from ${address} itself, or for this host's own address: ${name}=${call.address}`,
  })
}

interface Asking {
  readonly call: Call
  readonly world: EndpointWorld
}

async function ask(word: CertificateWord, csr: string, { call, world }: Asking): Promise<SigningQuestion> {
  const { name } = word
  const { address } = call
  if (word.kind === 'client') return { ask: 'client', name, address, csr }
  const listed = await readListedAddresses(name, world)
  return { ask: 'member', name, address, csr, listedAddresses: listed === null ? null : cutList(listed, address) }
}

// The authority reads so many. Whoever edits etcd's list must not push the caller's own address out of what is sent.
function cutList(listed: readonly string[], own: string): string[] {
  const others = listed.filter((address) => address !== own)
  return [...(others.length < listed.length ? [own] : []), ...others].slice(0, maxListedMembers)
}

// Without etcd's word the authority gives the short lifetime: enough to join, and to renew once etcd is back.
async function readListedAddresses(name: string, { etcd, refusals }: EndpointWorld): Promise<string[] | null> {
  try {
    return [...(await etcd.readListedAddresses(name))]
  } catch (caught) {
    const reason = quoteUntrusted(asSignetError(caught).message)
    refusals.warn('etcd-silent', { name, reason }, 'etcd could not be asked about a member')
    return null
  }
}
