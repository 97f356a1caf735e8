import { compareServers, type ServerDifference } from '../../client/apiserver/compare-servers.ts'
import type { ApiserverFlags } from '../../client/apiserver/parse-apiserver.ts'
import type { LocalApiserver } from '../../client/apiserver/read-apiservers.ts'
import { type Finding, well } from '../../core/finding.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import type { InspectedEtcdServers } from '../inspect/apiserver/inspect-etcd-servers.ts'

const check = 'etcd-servers'

/** Whether the members that kube-apiserver was told of are still the members. Pure. */
export function judgeEtcdServers({ apiservers, ...others }: InspectedEtcdServers): readonly Finding[] {
  return apiservers.map((apiserver) => judgeApiserver(apiserver, others))
}

function judgeApiserver(apiserver: LocalApiserver, others: Omit<InspectedEtcdServers, 'apiservers'>): Finding {
  const { place } = apiserver
  if ('failure' in apiserver) {
    const { message, hint } = apiserver.failure
    return { check, level: 'unknown', what: `which etcd kube-apiserver uses: ${message}`, ...(hint && { fix: hint }) }
  }
  const { members, ownAddresses, certificateFile } = others
  const { servers, certificateFile: used } = apiserver.flags
  if (used !== certificateFile) return otherCertificate(place, apiserver.flags)
  if (members === undefined || members.flat().length === 0) {
    return { check, level: 'unknown', what: `whether ${place} names the members of etcd: nobody told which there are` }
  }
  return judgeDifference(apiserver, compareServers({ servers, members, ownAddresses }))
}

// Another etcd, perhaps: what is not ours to compare must not be called stale.
function otherCertificate(place: string, { certificateFile }: ApiserverFlags): Finding {
  const used = certificateFile === undefined ? 'no --etcd-certfile' : quoteUntrusted(certificateFile)
  return { check, level: 'note', what: `${place} has ${used} for etcd, and not this certificate: not compared` }
}

function judgeDifference(apiserver: LocalApiserver, difference: ServerDifference): Finding {
  const { place } = apiserver
  const { kept, gone, unclear, missing } = difference
  const fix = fixFor(apiserver, difference)
  if (gone.length > 0 && kept.length === 0 && unclear.length === 0) {
    const what = `${place} names no member of etcd any more: ${list(gone)}`
    return { check, level: 'broken', what, why: 'kube-apiserver does not reach etcd', fix }
  }
  if (gone.length > 0 || missing.length > 0) {
    const parts = [
      ...(gone.length === 0 ? [] : [`names ${list(gone)}, no member any more`]),
      ...(missing.length === 0 ? [] : [`lacks ${list(missing)}`]),
    ]
    const why = 'kube-apiserver is down once the members that it names are, even where etcd has a quorum'
    return { check, level: 'attention', what: `${place} ${parts.join(', and ')}`, why, fix }
  }
  if (unclear.length > 0) {
    return { check, level: 'note', what: `${place} names ${list(unclear)}: by a host name, which is not compared` }
  }
  return well(check, `${place} names members of etcd, and no other`)
}

function fixFor({ place, isManifest }: LocalApiserver, { flag }: ServerDifference): string {
  if (!isManifest) return `start kube-apiserver with ${flag}`
  return `in ${place}: ${flag}; and in kubeadm's own: see "The members of etcd have changed" in docs/RUNBOOK.md`
}

const maxNamed = 5

function list(names: readonly string[]): string {
  const more = names.length - maxNamed
  return `${names.slice(0, maxNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
