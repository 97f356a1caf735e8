import {
  isForAnother,
  otherPairFailure,
  planRenewalKey,
  printableHolder,
} from '../../../client/renew/plan-renewal-key.ts'
import { type Finding, well } from '../../../core/finding.ts'
import { certificatePurposes } from '../../../protocol/certificate-profile.ts'
import { isMasterName, isMemberName, nameForm, peerMarker } from '../../../protocol/names.ts'
import type { CaBundle } from '../../../x509/ca-bundle.ts'
import { type Certificate, isSignedBy } from '../../../x509/parse-certificate.ts'
import type { InspectedPair } from '../../inspect/inspect-pair.ts'

/**
 * Whether key, certificate and CA of a pair belong together, as far as they could be read, and to the name that was requested
 * here, where that is known. Pure.
 */
export function judgePair(pair: InspectedPair, savedName?: string): readonly Finding[] {
  const { certificate, key, ca } = pair
  if (certificate.content === undefined) return []
  return [
    ...(key.content === undefined ? [] : [judgeMatch(certificate.content, key.content.spki, pair)]),
    ...(ca.content === undefined ? [] : [judgeChain(certificate.content, ca.content, pair)]),
    judgePurpose(certificate.content, pair),
    judgeHolder(pair, savedName) ?? judgeCertificateName(certificate.content, pair),
  ]
}

// etcd and kube-apiserver read both files at each handshake; a pair that does not match fails every one of them.
function judgeMatch({ publicKey }: Certificate, spki: Buffer, { certificate, key, ...pair }: InspectedPair): Finding {
  if (publicKey.spki.equals(spki)) {
    return well('key-match', `${certificate.path} is for the key ${key.path}`)
  }
  const what = `${certificate.path} is not for the key ${key.path}`
  // A master's key is not certified as it is: nothing says whose it is (plan-renewal-key.ts).
  const fix = pair.kind === 'client' ? pair.commands.newKey : askAgain(pair)
  return { check: 'key-match', level: 'broken', what, why: 'every handshake with this pair fails', fix }
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

// etcd lets another master's pair in, so that nothing fails; but then two hosts have one key, and whoever breaks one has both.
function judgeHolder(
  { kind, certificate, key, commands }: InspectedPair,
  savedName: string | undefined,
): Finding | undefined {
  const [own, spki] = [certificate.content, key.content?.spki]
  if (own === undefined || spki === undefined || savedName === undefined) return undefined
  const identity = { kind, name: savedName, certificate: own, spki }
  if (planRenewalKey(identity) === 'refuse') {
    const { message, hint = commands.newKey } = otherPairFailure(identity, certificate.path, commands)
    return { check: 'name', level: 'broken', what: message, why: 'renewing refuses to replace it', fix: hint }
  }
  if (!isForAnother(savedName, own)) return undefined
  const what = `${certificate.path} is for ${printableHolder(own)}, while ${savedName} was requested here`
  const why = 'kubeadm join copies the key of another master; two hosts with one key cannot be told apart'
  return { check: 'name', level: 'attention', what, why, fix: `have a key of its own made: ${commands.renew} --force` }
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
