import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeCluster, fakeMember } from '../../../test/support/etcd/fake-cluster.ts'
import { canReachUrl } from '../../host/net/open-tcp.ts'
import { judgePeerReach } from '../judge/judge-peer-reach.ts'
import type { ClusterPlace } from './inspect-peer-ports.ts'
import { inspectPeerReach } from './inspect-peer-reach.ts'

const server = createServer((socket) => socket.destroy())
let port = 0
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(() => server.close())

async function hostBesides(peerUrl: string): Promise<ClusterPlace> {
  const view = await new FakeCluster([fakeMember(1, { peerUrl })]).operations().readView()
  return { pairs: [], cluster: { endpoints: [], view }, authority: undefined }
}

const elsewhere = { ownAddresses: () => ['192.0.2.21'], canReach: canReachUrl }

async function judge(host: ClusterPlace, world = elsewhere) {
  const reach = await inspectPeerReach(host, world)
  return reach === undefined ? [] : [judgePeerReach(reach)]
}

describe('judgePeerReach', () => {
  it('warns a host that is no member and reaches a peer port', async () => {
    const [finding] = await judge(await hostBesides(`https://127.0.0.1:${port}`))
    expect(finding).toMatchObject({ check: 'peer-reach', level: 'attention' })
    expect(finding?.what).toContain(`https://127.0.0.1:${port}`)
  })

  it('finds it well where nothing answers there', async () => {
    expect(await judge(await hostBesides('https://127.0.0.1:1'))).toMatchObject([{ level: 'well' }])
  })

  it('does not ask on a member, nor on the signer, nor where no member is known', async () => {
    const host = await hostBesides(`https://127.0.0.1:${port}`)
    expect(await judge(host, { ...elsewhere, ownAddresses: () => ['127.0.0.1'] })).toEqual([])
    expect(await judge({ ...host, cluster: undefined })).toEqual([])
  })
})
