import { type ExternalEtcd, formatExternalEtcd } from '../external-etcd.ts'

/** The API group of kubeadm's documents. */
export const kubeadmGroup = 'kubeadm.k8s.io/'

/**
 * The versions in which `etcd.external` has the fields that we write; the first is what a new document has. Kubernetes 1.31 to
 * 1.37 read v1beta4, and 1.37 reads v1 too where it is allowed to (kubernetes/kubernetes, cmd/kubeadm/app/apis/kubeadm).
 */
export const knownVersions = ['v1beta4', 'v1'] as const

/** The kind of the document that holds `etcd`. */
export const clusterKind = 'ClusterConfiguration'

const apiVersion = `${kubeadmGroup}${knownVersions[0]}`

/** A whole document for `kubeadm init --config`, for people. */
export function formatClusterConfiguration(external: ExternalEtcd): readonly string[] {
  return [`apiVersion: ${apiVersion}`, `kind: ${clusterKind}`, ...formatExternalEtcd(external)]
}

/** The same for programs: kubeadm reads JSON as well. */
export function clusterConfigurationJson(external: ExternalEtcd): object {
  return { apiVersion, kind: clusterKind, etcd: { external } }
}
