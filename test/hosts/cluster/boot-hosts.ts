import { appendFileSync } from 'node:fs'
import type { Laboratory } from '../lab/laboratory.ts'
import { elsewhere } from '../lab/network.ts'
import { Cluster } from './cluster.ts'

/** Boots the hosts of a cluster as an installer leaves them, with a desk from which root of each can be reached. */
export async function bootHosts(lab: Laboratory): Promise<Cluster> {
  const booting = {
    members: [1, 2, 3].map((number) => lab.install(`etcd-${number}`, `192.0.2.1${number}`)),
    masters: [1, 2].map((number) => lab.install(`kubemaster-${number}`, `192.0.2.2${number}`)),
  }
  const desk = await lab.install('desk', '198.51.100.9', elsewhere)
  const key = await desk.run("ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519 && cat /root/.ssh/id_ed25519.pub")
  const members = await Promise.all(booting.members)
  const masters = await Promise.all(booting.masters)
  for (const { root } of [...members, ...masters]) {
    appendFileSync(`${root}/root/.ssh/authorized_keys`, key, { mode: 0o600 })
  }
  return new Cluster({ members, masters, desk })
}
