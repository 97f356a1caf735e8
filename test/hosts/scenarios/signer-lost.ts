import { strict as assert } from 'node:assert'
import { adoptKey, joinAgain, removeLostSigner } from '../cluster/adopt-key.ts'
import { readExpiry } from '../cluster/certificate.ts'
import { lookAsShipped, lookOften, renewNow, setLifetimes } from '../cluster/lifetimes.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const short = { client: '120s', member: '120s' }
const longMs = 12 * 3600_000

export const signerLost: Scenario = {
  name: 'signer-lost',
  title: 'the signer is lost for ever; a member adopts the saved key, and all find it at their next renewal',
  run: async ({ lab, cluster, note }) => {
    const found = await cluster()
    const lost = found.signer
    const heir = found.member('etcd-2')
    const others = [...found.members, ...found.masters].filter((host) => host !== lost)
    await setLifetimes(lost, short)
    for (const host of others) await lookOften(host)
    await renewNow(others)
    await lost.discard()
    // The lifetimes of the lost one were for this test: they are not taken, and the members that are shown are.
    const shown = await adoptKey(found, heir, ['n', 'y'])
    assert.match(shown, /^ {2}client lifetime: here 24h; by the kept policy 2m$/m)
    assert.match(shown, new RegExp(`^${lost.name} was the signer and does not answer`, 'm'))
    const startedMs = performance.now()
    for (const host of others) await expectToFindSigner(host)
    note(
      `all have renewed at the new signer ${((performance.now() - startedMs) / 1000).toFixed(0)} s after the adoption`,
    )
    for (const host of others) await lookAsShipped(host)
    await removeLostSigner(found, heir)
    await joinAgain(found, lost, lab)
  },
}

// Nobody tells them: the timer finds the old one silent, and asks the members that it knows.
async function expectToFindSigner(host: Host): Promise<void> {
  const limitMs = performance.now() + 150_000
  while ((await readExpiry(host)) < Date.now() + longMs) {
    assert.ok(performance.now() < limitMs, `${host.name} has not found the new signer`)
    await host.run('sleep 1')
  }
}
