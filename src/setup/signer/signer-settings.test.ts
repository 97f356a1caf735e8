import { expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { hostLayout } from '../../host/host-layout.ts'
import { parseConfig } from '../../host/signet-config.ts'
import { parseEndpoint, parseSignerSettings } from './signer-settings.ts'
import { formatSignetYaml } from './signet-yaml.ts'

const own = '127.0.0.1'
const place = { layout: hostLayout(), etcdPorts: { client: 2379, peer: 2380, metrics: 2381 } }

it.each([
  ['openssh', undefined],
  ['embedded', 2222],
  ['embedded:1', 1],
  ['embedded:65535', 65_535],
])('the endpoint %s has the port %s', (text, port) => {
  expect(parseEndpoint(text)).toBe(port)
})

it.each(['', 'ssh', 'embedded:', 'embedded:0', 'embedded:65536', 'embedded:22x', 'embedded:022', 'openssh\n'])(
  'refuses the endpoint %j',
  async (text) => {
    expect(await refusalOf(() => parseEndpoint(text))).toMatchObject({ code: 'usage' })
  },
)

it('the network is that of the own address where none is given', () => {
  expect(parseSignerSettings({}, own)).toEqual({
    networks: ['127.0.0.0/8'],
    clientLifetime: '24h',
    embeddedPort: undefined,
  })
})

it('no network is derived from an address without a subnet', () => {
  expect(parseSignerSettings({}, '203.0.113.250').networks).toEqual([])
})

it.each([
  ['what is no network', { network: ['127.0.0.1'] }, /^--network: "127\.0\.0\.1" is not a network$/],
  ['a network with a hostile name', { network: ['127.0.0.0/8', '\u001b[2J/8'] }, /^[ -~]*$/],
  ['a lifetime that is none', { clientLifetime: 'long' }, /not a duration/],
  ['a lifetime under a minute', { clientLifetime: '59s' }, /one minute and 90 days/],
  ['a lifetime over 90 days', { clientLifetime: '91d' }, /one minute and 90 days/],
])('refuses %s', async (_, options, message) => {
  const failure = await refusalOf(() => parseSignerSettings(options, own))
  expect(failure).toMatchObject({ code: 'usage', message: expect.stringMatching(message) })
})

it('refuses a network without the own address: that is a matter of this host', async () => {
  const failure = await refusalOf(() => parseSignerSettings({ network: ['192.0.2.0/24'] }, own))
  expect(failure).toMatchObject({ code: 'configuration', message: expect.stringContaining('does not hold 127.0.0.1') })
})

it('signet.yaml of a real host says what differs from the defaults, and can be read', () => {
  const text = formatSignetYaml(place, { networks: ['192.0.2.0/24'], clientLifetime: '8h', embeddedPort: undefined })
  expect(text).toContain('controlPlaneNetworks:\n  - 192.0.2.0/24\n')
  expect(text).not.toContain('paths')
  expect(parseConfig(text, 'signet.yaml')).toMatchObject({
    lifetimes: { client: 8 * 3600 },
    endpoint: { front: 'openssh' },
    paths: { caKey: '/etc/etcd/pki/ca.key' },
  })
})

it('an embedded front keeps its host key where the endpoint may write', () => {
  const text = formatSignetYaml(place, { networks: ['::/0'], clientLifetime: '8h', embeddedPort: 2222 })
  expect(parseConfig(text, 'signet.yaml').endpoint).toMatchObject({
    front: 'embedded',
    embedded: { address: '::', port: 2222, hostKey: '/var/lib/signet-endpoint/ssh_host_ed25519_key' },
  })
})
