import { type Finding, well } from '../../../core/finding.ts'
import { certificatePurposes } from '../../../protocol/certificate-profile.ts'
import { isMasterName, isMemberName, nameForm, peerMarker } from '../../../protocol/names.ts'
import type { CaBundle } from '../../../x509/ca-bundle.ts'
import { type Certificate, isSignedBy } from '../../../x509/parse-certificate.ts'
import type { InspectedPair } from '../../inspect/inspect-pair.ts'

/** Whether key, certificate and CA of a pair belong together, as far as they could be read. Pure. */
export function judgePair(pair: InspectedPair): readonly Finding[] {
  const { certificate, key, ca } = pair
  if (certificate.content === undefined) return []
  return [
    ...(key.content === undefined ? [] : [judgeMatch(certificate.content, key.content.spki, pair)]),
    ...(ca.content === undefined ? [] : [judgeChain(certificate.content, ca.content, pair)]),
    judgePurpose(certificate.content, pair),
    judgeCertificateName(certificate.content, pair),
  ]
}

// etcd and kube-apiserver read both files at each handshake; a pair that does not match fails every one of them.
function judgeMatch({ publicKey }: Certificate, spki: Buffer, { certificate, key, ...pair }: InspectedPair): Finding {
  if (publicKey.spki.equals(spki)) {
    return well('key-match', `${certificate.path} is for the key ${key.path}`)
  }
  const what = `${certificate.path} is not for the key ${key.path}`
  return { check: 'key-match', level: 'broken', what, why: 'every handshake with this pair fails', fix: askAgain(pair) }
}

function judgeChain(own: Certificate, trusted: CaBundle, { certificate, ca, ...pair }: InspectedPair): Finding {
  if (trusted.some((issuer) => isSignedBy(own, issuer)))
    return well('chain', `${certificate.path} chains to ${ca.path}`)
  const what = `${certificate.path} is not signed by ${trusted.length === 1 ? '' : 'any CA of '}${ca.path}`
  return {
    check: 'chain',
    level: 'broken',
    what,
    why: 'etcd knows the CAs of that file only and refuses all others',
    fix: askAgain(pair),
  }
}

function judgePurpose(own: Certificate, { certificate, ...pair }: InspectedPair): Finding {
  const { kind } = pair
  const wanted = certificatePurposes[kind]
  const missing = wanted.filter((purpose) => !own.extendedKeyUsage.includes(purpose))
  const isPeer = kind === 'client' || own.dnsNames.includes(peerMarker)
  if (missing.length === 0 && isPeer) {
    return well('purpose', `${certificate.path} is fit for ${wanted.join(' and ')}`)
  }
  const lacks = missing.length > 0 ? missing.join(' and ') : `the name ${peerMarker}`
  const why =
    missing.length > 0 ? 'the other side of each handshake asks for it' : 'no other member lets it in at its peer port'
  return { check: 'purpose', level: 'broken', what: `${certificate.path} lacks ${lacks}`, why, fix: askAgain(pair) }
}

function judgeCertificateName(
  { subjectCommonName }: Certificate,
  { certificate, kind, commands }: InspectedPair,
): Finding {
  const fits = kind === 'client' ? isMasterName(subjectCommonName) : isMemberName(subjectCommonName)
  if (fits) return well('name', `${certificate.path} is for ${subjectCommonName}`)
  const form = kind === 'client' ? 'kubemaster-<id>' : 'etcd-<id>'
  return {
    check: 'name',
    level: 'attention',
    what: `the name in ${certificate.path} is not ${form}, where <id> is ${nameForm}`,
    why: 'the signer gives no certificate for such a name, so that it cannot be renewed',
    fix:
      kind === 'client'
        ? `${commands.request} --name=${form}`
        : 'replace this member: see "Replace a member" in docs/OPERATIONS.md',
  }
}

function askAgain({ kind, commands }: Pick<InspectedPair, 'kind' | 'commands'>): string {
  return kind === 'client' ? commands.request : `${commands.renew} --force`
}
