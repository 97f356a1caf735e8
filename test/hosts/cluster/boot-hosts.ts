import { appendFileSync } from 'node:fs'
import type { Host } from '../lab/host.ts'
import type { Laboratory } from '../lab/laboratory.ts'
import { elsewhere } from '../lab/network.ts'
import { Cluster } from './cluster.ts'

/** Boots the hosts of a cluster as an installer leaves them, with a desk from which root of each can be reached. */
export async function bootHosts(lab: Laboratory): Promise<Cluster> {
  const desk = await lab.install('desk', '198.51.100.9', elsewhere)
  const members: Host[] = []
  for (const number of [1, 2, 3]) members.push(await lab.install(`etcd-${number}`, `192.0.2.1${number}`))
  const masters: Host[] = []
  for (const number of [1, 2]) masters.push(await lab.install(`kubemaster-${number}`, `192.0.2.2${number}`))
  const key = await desk.run("ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519 && cat /root/.ssh/id_ed25519.pub")
  for (const { root } of [...members, ...masters]) {
    appendFileSync(`${root}/root/.ssh/authorized_keys`, key, { mode: 0o600 })
  }
  return new Cluster({ members, masters, desk })
}
