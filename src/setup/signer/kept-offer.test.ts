import { expect, it } from 'vitest'
import { formatKeptPairs, formatOffer, isOffered, offerKept } from './kept-offer.ts'

const kept = {
  time: '2031-01-01T00:00:00.000Z',
  signer: '192.0.2.11',
  policy: {
    networks: ['192.0.2.0/24', '198.51.100.0/24'],
    clientLifetimeSeconds: 28_800,
    memberLifetimeSeconds: 30 * 86_400,
    members: { 'etcd-1': '192.0.2.11', 'etcd-9': '192.0.2.19' },
  },
}
const settings = { networks: ['192.0.2.0/24'], clientLifetime: '24h', embeddedPort: undefined }
const nothingGiven = { network: false, clientLifetime: false }

it('offers what the kept policy says otherwise, and shows both', () => {
  const offer = offerKept(kept, settings, nothingGiven)
  expect(offer).toEqual({ network: kept.policy.networks, clientLifetime: '8h', memberLifetime: '30d' })
  expect(formatOffer(offer, kept, settings)).toEqual([
    'the signer 192.0.2.11 told another policy at 2031-01-01T00:00:00.000Z, of which this member keeps a copy:',
    '  networks: here 192.0.2.0/24; by the kept policy 192.0.2.0/24, 198.51.100.0/24',
    '  client lifetime: here 24h; by the kept policy 8h',
    '  member lifetime: here 90d; by the kept policy 30d',
  ])
})

it('offers nothing against what root has typed, and nothing that is the same', () => {
  const usual = { ...kept, policy: { ...kept.policy, memberLifetimeSeconds: 90 * 86_400 } }
  expect(isOffered(offerKept(usual, settings, { network: true, clientLifetime: true }))).toBe(false)
  const same = { ...settings, networks: kept.policy.networks.toReversed(), clientLifetime: '8h' }
  expect(isOffered(offerKept(usual, same, nothingGiven))).toBe(false)
})

it('shows the pairs that are kept and do not stay, for root to add by hand', () => {
  expect(formatKeptPairs(kept, [{ name: 'etcd-1', address: '192.0.2.11' }])).toEqual([
    expect.stringMatching(/^the kept policy has etcd-9 at 192\.0\.2\.19, which is not taken/),
  ])
})
