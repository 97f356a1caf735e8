import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeCluster, fakeMember } from '../../../test/support/etcd/fake-cluster.ts'
import { canReachUrl } from '../../host/net/open-tcp.ts'
import type { InspectedHost } from '../inspect-host.ts'
import { checkPeerReach } from './inspect-peer-reach.ts'

const server = createServer((socket) => socket.destroy())
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(() => server.close())

async function hostBesides(peerUrl: string): Promise<InspectedHost> {
  const view = await new FakeCluster([fakeMember(1, { peerUrl })]).operations().readView()
  const rest = { isClockSynchronised: true, signer: undefined, leader: undefined }
  return { nowMs: 0, pairs: [], cluster: { endpoints: [], view }, ...rest }
}

const elsewhere = { ownAddresses: ['192.0.2.21'], canReach: canReachUrl }

describe('checkPeerReach', () => {
  it('warns a host that is no member and reaches a peer port', async () => {
    const [finding] = await checkPeerReach(await hostBesides(`https://127.0.0.1:${port}`), elsewhere)
    expect(finding).toMatchObject({ check: 'peer-reach', level: 'attention' })
    expect(finding?.what).toContain(`https://127.0.0.1:${port}`)
  })

  it('finds it well where nothing answers there', async () => {
    expect(await checkPeerReach(await hostBesides('https://127.0.0.1:1'), elsewhere)).toMatchObject([{ level: 'well' }])
  })

  it('does not ask on a member, nor on the signer, nor where no member is known', async () => {
    const host = await hostBesides(`https://127.0.0.1:${port}`)
    expect(await checkPeerReach(host, { ...elsewhere, ownAddresses: ['127.0.0.1'] })).toEqual([])
    expect(await checkPeerReach({ ...host, cluster: undefined }, elsewhere)).toEqual([])
  })
})
