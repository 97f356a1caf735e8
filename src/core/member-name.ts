/**
 * `<id>` of the contract: 1 to 52 characters, first and last a letter or digit. Always to be anchored: an unanchored policy
 * pattern would let "kubemaster-1\nevil" pass.
 */
export const nameIdPattern = '[A-Za-z0-9](?:[A-Za-z0-9_-]{0,50}[A-Za-z0-9])?'
const memberPattern = new RegExp(`^etcd-${nameIdPattern}$`)

/** Whether text is an etcd member's name, `etcd-<id>`. */
export function isMemberName(text: string): boolean {
  return memberPattern.test(text)
}

/**
 * A member's name as it is compared: without case, as host names are (RFC 4343). Go and OpenSSL take a certificate for
 * `etcd-X` for one of `etcd-x`, so who holds one of them holds both. A grammar of ASCII needs no more than this.
 */
export function foldName(name: string): string {
  return name.toLowerCase()
}

/** The order in which members are shown: `etcd-2` before `etcd-10`. */
export function compareNames(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true })
}

/** The SAN that member certificates alone carry: etcd's `--peer-cert-allowed-hostname` asks for it. */
export const peerMarker = 'peer.etcd.signet.internal'

/**
 * As many members as are read of any list, etcd's, a message's or that of `signet.yaml`: many times what a cluster has, so
 * that none fills the memory.
 */
export const maxListedMembers = 64
