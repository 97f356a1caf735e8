import { strict as assert } from 'node:assert'
import { adoptKey, joinAgain } from '../cluster/adopt-key.ts'
import { expectNothingSilent, loseQuorum, readReceipt, sayYes } from '../cluster/lost-quorum.ts'
import type { Scenario } from '../runner/scenario.ts'

export const signerAndQuorumLost: Scenario = {
  name: 'signer-and-quorum-lost',
  releases: ['trixie'],
  isLong: true,
  title: 'the signer is among the two of three that are lost: the survivor adopts the saved key, then recovers',
  run: async ({ lab, cluster, note }) => {
    const found = await cluster()
    const lostSigner = found.signer
    const [survivor, other] = found.followers
    assert.ok(survivor !== undefined && other !== undefined)
    const lost = await loseQuorum(found, [lostSigner, other])
    await adoptKey(found, survivor, ['y'])
    await survivor.run('signet recover --stand-down')
    await sayYes(survivor, `signet recover --gone=${lostSigner.name} --gone=${other.name}`)
    note(await expectNothingSilent(found, survivor, lost))
    found.signer = survivor
    const { newClusterId } = await readReceipt(survivor)
    await other.bootToLogin()
    await other.run('systemctl stop etcd')
    await sayYes(other, `signet recover --rejoin --cluster=${newClusterId}`)
    found.members = [survivor, other]
    // Until then the pair that adopt has listed gets a member's certificate.
    await survivor.run(`signet joins release ${lostSigner.name}`)
    await lostSigner.discard()
    await joinAgain(found, lostSigner, lab)
  },
}
