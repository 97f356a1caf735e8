import { strict as assert } from 'node:assert'
import type { Cluster } from './cluster.ts'
import { commandsOfTranscript, commandsUnder, typeCommands } from './runbook-commands.ts'

/** A master with nothing but openssl, ssh and etcdctl, with the commands of RUNBOOK and README as they stand there. */
export async function followRunbook(cluster: Cluster): Promise<void> {
  const { master, leader, founded } = cluster
  const said = await typeCommands(
    master,
    commandsUnder('docs/RUNBOOK.md', '### Without Signet, with stock tools'),
    leader,
  )
  assert.match(said, /^client\.crt: OK$/m)
  const [, fingerprint = ''] = /Fingerprint=([0-9A-F:]+)/i.exec(said) ?? []
  assert.equal(`SHA256:${fingerprint.replaceAll(':', '')}`, founded.pin)
  const shown = await typeCommands(master, commandsOfTranscript('README.md', 'get-certificate'), leader)
  assert.match(shown, /^OK$/m)
  assert.match(await typeCommands(master, `${etcdctl('LEADER')} get greeting`, leader), /^hello$/m)
}

/** etcdctl with what the README's commands leave in root's home. */
export function etcdctl(...addresses: readonly string[]): string {
  const endpoints = addresses.map((address) => `https://${address}:2379`).join(',')
  return `etcdctl --endpoints ${endpoints} --cacert ca.crt --cert client.crt --key client.key`
}
