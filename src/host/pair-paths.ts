import type { HostLayout } from './host-layout.ts'

/** Where a key, its certificate and the CA certificate are. */
export interface PairPaths {
  readonly key: string
  readonly certificate: string
  readonly ca: string
}

/** Where a member's pair is. */
export function memberPaths({ memberKey, memberCertificate, caCertificate }: HostLayout): PairPaths {
  return { key: memberKey, certificate: memberCertificate, ca: caCertificate }
}

/** kubeadm's own paths on a master. */
export const kubeadmPaths: PairPaths = {
  key: '/etc/kubernetes/pki/apiserver-etcd-client.key',
  certificate: '/etc/kubernetes/pki/apiserver-etcd-client.crt',
  ca: '/etc/kubernetes/pki/etcd/ca.crt',
}
