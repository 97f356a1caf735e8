import { strict as assert } from 'node:assert'
import { expectNothingSilent, loseQuorum, sayYes } from '../cluster/lost-quorum.ts'
import { foundOwnCluster } from '../cluster/own-cluster.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

export const unevenSurvivors: Scenario = {
  name: 'uneven-survivors',
  releases: ['trixie'],
  isLong: true,
  title: 'two of five survive with different revisions: the one that has more goes on, and the other is refused',
  run: async ({ lab, note }) => {
    const found = await foundOwnCluster(lab, { count: 5, options: '--quota=256MiB' })
    const [first, second, third, behind, ahead] = found.members
    assert.ok(first !== undefined && second !== undefined && third !== undefined)
    assert.ok(behind !== undefined && ahead !== undefined)
    await behind.unplug()
    const lost = await loseQuorum(found, [first, second, third])
    await behind.plugIn()
    const [less, more] = [await standDown(behind), await standDown(ahead)]
    assert.ok(less < more, `${behind.name} has ${less}, ${ahead.name} ${more}`)
    note(`${behind.name} stood down at revision ${less}, ${ahead.name} at ${more}`)
    const gone = [first, second, third].map(({ name }) => `--gone=${name}`).join(' ')
    const refused = await behind.tryRun(`signet recover ${gone} --seen=${ahead.name}:${more} --yes`)
    assert.equal(refused.status, 77, refused.stderr)
    assert.match(refused.stderr, new RegExp(`${ahead.name} has revision ${more}, and this would go on from ${less}`))
    assert.match(refused.stderr, /--behind-by-choice/)
    await sayYes(ahead, `signet recover ${gone} --seen=${behind.name}:${less}`)
    note(await expectNothingSilent(found, ahead, lost))
    const { newClusterId } = JSON.parse(await ahead.run('cat /var/lib/signet-setup/recovered.json'))
    await sayYes(behind, `signet recover --rejoin --cluster=${newClusterId}`)
    await ahead.run('signet etcdctl -- endpoint health')
    for (const host of [...found.members, found.master]) await host.discard()
  },
}

async function standDown(host: Host): Promise<number> {
  const receipt = JSON.parse(await host.run('signet recover --stand-down --json'))
  return Number(receipt.revision ?? receipt.kept?.revision)
}
