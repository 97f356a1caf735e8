import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import type { Cluster } from './cluster.ts'

/** Both masters with Signet's own commands, at kubeadm's paths. */
export async function requestCertificate({ masters, signer, members, founded }: Cluster): Promise<void> {
  for (const master of masters) {
    await master.run(`signet request --signer-ip=${signer.address} --pin=${founded.pin}`)
    await master.run('systemctl is-active signet-renew.timer')
    const config = await master.run('signet kubeadm-config')
    for (const { address } of members) assert.match(config, new RegExp(`https://${address}:2379`))
    await expectToReachEtcd(master, members)
  }
}

/** etcdctl with what `request` has installed. */
export function etcdctlOfMaster(members: readonly Host[]): string {
  const endpoints = members.map(({ address }) => `https://${address}:2379`).join(',')
  const pki = '/etc/kubernetes/pki'
  const files = `--cacert ${pki}/etcd/ca.crt --cert ${pki}/apiserver-etcd-client.crt --key ${pki}/apiserver-etcd-client.key`
  return `etcdctl --endpoints ${endpoints} ${files}`
}

/** A master writes and reads with the certificate that `request` has installed. */
export async function expectToReachEtcd(master: Host, members: readonly Host[]): Promise<void> {
  const key = `from-${master.name}`
  const etcdctl = etcdctlOfMaster(members)
  const said = await master.run(`${etcdctl} put ${key} $(date +%s) && ${etcdctl} get ${key}`)
  assert.match(said, new RegExp(`^OK\n${key}\n\\d+$`, 'm'))
}
