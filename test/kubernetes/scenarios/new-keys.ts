import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expectUnnoticed, formatLoad } from '../load/judge-load.ts'
import { KubeLoad } from '../load/kube-load.ts'
import type { KubeScenario } from '../runner/kube-scenario.ts'

/** `request --new-key` before each member's restart: whoever connects then shows the pair of that moment. */
export const newKeys: KubeScenario = {
  name: 'new-keys',
  title:
    'three changes of the key, each followed by new connections, cost no request that a restart does not, and no event',
  run: async (stage) => {
    const cluster = await stage.cluster({ clientLifetime: '10m' })
    const { client } = await cluster.startApiserver()
    const load = await KubeLoad.start(client)
    const keys = new Set([publicKeyIn(cluster.pair.key)])
    for (const member of cluster.members) {
      await cluster.signet(
        'request',
        '--signer-ip=signer',
        `--ssh-config=${cluster.directory}/ssh_config`,
        '--new-key',
        '--name=kubemaster-1',
      )
      keys.add(publicKeyIn(cluster.pair.key))
      await cluster.restart(member)
    }
    const result = await load.stop()
    stage.note(formatLoad(result))
    if (keys.size !== cluster.members.length + 1) throw new Error('a key was not changed')
    expectUnnoticed(result, cluster.disturbances)
  },
}

function publicKeyIn(file: string): string {
  return createPublicKey(readFileSync(file)).export({ type: 'spki', format: 'pem' }).toString()
}
