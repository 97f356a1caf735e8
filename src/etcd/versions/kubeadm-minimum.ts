import type { EtcdVersion } from './flags-by-version.ts'

/**
 * The oldest external etcd with which `kubeadm init` begins: `MinExternalEtcdVersion` ("3.5.24-0") in
 * cmd/kubeadm/app/constants/constants.go of Kubernetes 1.37.2, which ExternalEtcdVersionCheck of its preflight asks each endpoint
 * for. It is the same since 1.31.14, 1.32.10, 1.33.6, 1.34.2 and 1.35.0; kubeadm 1.34.0 wanted 3.5.21, and 1.32.0 and 1.33.0 3.5.11.
 */
const kubeadmMinimum: EtcdVersion = { major: 3, minor: 5, patch: 24 }

/** What kubeadm has against an etcd. */
export interface KubeadmObjection {
  readonly what: string
  readonly why: string
  /** What to type. */
  readonly fix: string
}

/**
 * What kubeadm says to a cluster of these versions, as members tell them; undefined where it takes all of them. One that tells
 * no version is passed over. Pure.
 */
export function kubeadmObjection(versions: readonly string[]): KubeadmObjection | undefined {
  const tooOld = versions.flatMap((text) => parseTold(text) ?? []).filter(isBelowMinimum)
  if (tooOld.length === 0) return undefined
  const minimum = formatVersion(kubeadmMinimum)
  return {
    what: `kubeadm refuses an external etcd below ${minimum}, and this one is ${list(tooOld)}`,
    why: 'kubeadm init of Kubernetes 1.31.14, 1.32.10, 1.33.6, 1.34.2, 1.35 and later ends in its preflight (ExternalEtcdVersion); a cluster that runs goes on',
    fix: `bring every member to ${minimum} or later: "Upgrade etcd" in OPERATIONS.md; or take it as it is: kubeadm init --config kubeadm.yaml --ignore-preflight-errors=ExternalEtcdVersion`,
  }
}

/** The same as one line, for a host that is only being set up. */
export function formatObjection({ what, fix }: KubeadmObjection): string {
  return `${what}; ${fix}`
}

/** Those that told a version which kubeadm can compare. */
export function comparableVersions(versions: readonly string[]): readonly string[] {
  return versions.filter((text) => parseTold(text) !== undefined)
}

/** `3.5.24`. */
export function formatVersion({ major, minor, patch }: EtcdVersion): string {
  return `${major}.${minor}.${patch}`
}

// Semantic versions: what follows the three numbers cannot make one of them older than `-0`, the least that can follow.
function isBelowMinimum({ major, minor, patch }: EtcdVersion): boolean {
  const [own, least] = [
    [major, minor, patch],
    [kubeadmMinimum.major, kubeadmMinimum.minor, kubeadmMinimum.patch],
  ]
  const differing = own.findIndex((part, index) => part !== least[index])
  return differing >= 0 && (own[differing] ?? 0) < (least[differing] ?? 0)
}

function list(versions: readonly EtcdVersion[]): string {
  return [...new Set(versions.map(formatVersion))].join(', ')
}

function parseTold(text: string): EtcdVersion | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:[-+].*)?$/.exec(text)
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) }
}
