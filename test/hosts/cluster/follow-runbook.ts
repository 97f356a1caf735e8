import { strict as assert } from 'node:assert'
import type { Cluster } from './cluster.ts'
import { commandsOfTranscript, commandsUnder, typeCommands } from './runbook-commands.ts'

/** A master with nothing but openssl, ssh and etcdctl, with the commands of RUNBOOK and README as they stand there. */
export async function followRunbook(cluster: Cluster): Promise<void> {
  const { master, signer, founded } = cluster
  const said = await typeCommands(
    master,
    commandsUnder('docs/RUNBOOK.md', '### Without Signet, with stock tools'),
    signer,
  )
  assert.match(said, /^client\.crt: OK$/m)
  const [, fingerprint = ''] = /Fingerprint=([0-9A-F:]+)/i.exec(said) ?? []
  assert.equal(`SHA256:${fingerprint.replaceAll(':', '')}`, founded.pin)
  const serial = 'openssl x509 -in client.crt -noout -serial'
  const before = await master.run(serial)
  // As cron does: no HOSTNAME, and dash.
  const renewing = commandsUnder('docs/RUNBOOK.md', '### Renew with stock tools').replaceAll('LEADER', signer.address)
  await master.run(`env -i PATH="$PATH" HOME="$HOME" dash -s <<'EOF'\n${renewing}EOF`)
  assert.notEqual(await master.run(serial), before)
  assert.match(await master.run('openssl verify -x509_strict -purpose sslclient -CAfile ca.crt client.crt'), /: OK$/m)
  const shown = await typeCommands(master, commandsOfTranscript('README.md', 'get-certificate'), signer)
  assert.match(shown, /^OK$/m)
  assert.match(await typeCommands(master, `${etcdctl('LEADER')} get greeting`, signer), /^hello$/m)
}

/** etcdctl with what the README's commands leave in root's home. */
export function etcdctl(...addresses: readonly string[]): string {
  const endpoints = addresses.map((address) => `https://${address}:2379`).join(',')
  return `etcdctl --endpoints ${endpoints} --cacert ca.crt --cert client.crt --key client.key`
}
