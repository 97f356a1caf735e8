import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { isMasterName, isMemberName } from '../../protocol/names.ts'
import type { Certificate } from '../../x509/parse-certificate.ts'
import type { ClientState } from '../client-state.ts'
import type { PairCommands } from '../pair/pair-commands.ts'

/** What of an installed pair tells whose it is. */
export interface PairIdentity extends Pick<ClientState, 'kind' | 'name'> {
  /** Undefined where there is none that can be read. */
  readonly certificate: Pick<Certificate, 'subjectCommonName' | 'extendedKeyUsage' | 'publicKey'> | undefined
  /** Whether something else is in its place. */
  readonly isDamaged?: boolean
  /** Of the installed key: SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer
}

/**
 * Which key a renewal has certified. `kubeadm join` with `--certificate-key` writes the first master's etcd client key and
 * certificate over those of the host that joins, file by file and in any order (Kubernetes,
 * cmd/kubeadm/app/phases/copycerts/copycerts.go: `certsToTransfer`, `DownloadCerts`). So on a master a certificate for another
 * name, or for another key than the installed one, makes the key one of unknown hands, and a new one is made. So does what is
 * no certificate: we never leave such a file, and Go's os.WriteFile does until it has written, and after a power cut. A key
 * alone tells nothing and is kept, as where a first installation was cut off. What a server shows is not a master's to replace: its
 * etcd would be out. A member is never given a new key by itself: nothing carries its key about but root, who made the key
 * that does not fit (`memberCommands`), or has to see what else of that other member is here. Pure.
 */
export function planRenewalKey({ kind, name, certificate, isDamaged, spki }: PairIdentity): 'keep' | 'make' | 'refuse' {
  if (certificate === undefined) return kind === 'client' && isDamaged === true ? 'make' : 'keep'
  const isItsKey = certificate.publicKey.spki.equals(spki)
  const isItsName = certificate.subjectCommonName === name
  if (kind === 'member') return isItsKey && !isItsName ? 'refuse' : 'keep'
  if (certificate.extendedKeyUsage.includes('serverAuth')) return 'refuse'
  return isItsKey && isItsName ? 'keep' : 'make'
}

/** Whether a certificate is for another name than this. */
export function isForAnother(name: string, certificate: PairIdentity['certificate']): boolean {
  return certificate !== undefined && certificate.subjectCommonName !== name
}

/** Whose a certificate is, fit to be printed. */
export function printableHolder({ subjectCommonName: name }: Pick<Certificate, 'subjectCommonName'>): string {
  return isMasterName(name) || isMemberName(name) ? name : quoteUntrusted(name)
}

/** Why a pair is neither renewed nor replaced. */
export function otherPairFailure(
  { kind, name, certificate }: PairIdentity,
  path: string,
  { request, newKey }: Pick<PairCommands, 'request' | 'newKey'>,
): SignetError {
  const holder = certificate === undefined ? 'another host' : printableHolder(certificate)
  if (kind === 'member') {
    return new SignetError('configuration', `${path} is for ${holder}, and this member is ${name}`, {
      hint: `see what else of it is here; then make a key of this member's own: ${newKey}`,
    })
  }
  return new SignetError('configuration', `${path} is a server's certificate, for ${holder}, and not one of ${name}`, {
    hint: `if no server reads it: ${newKey}; else give this master a place of its own: ${request} --dir=DIR`,
  })
}
