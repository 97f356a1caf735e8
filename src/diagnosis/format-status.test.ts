import { describe, expect, it } from 'vitest'
import type { HostDescription } from './describe-host.ts'
import { formatBar, formatStatus } from './format-status.ts'

const nothing: HostDescription = {
  certificates: [],
  ca: null,
  cas: [],
  signer: null,
  members: [],
  joins: null,
  masters: null,
  horizon: null,
}
const certificate = {
  kind: 'client',
  name: 'kubemaster-1',
  path: '/pki/client.crt',
  notBefore: '2031-01-01T00:00:00.000Z',
  notAfter: '2031-01-02T00:00:00.000Z',
  lifetimeUsed: 0.255,
} as const

describe('formatBar', () => {
  it.each([
    [0, '[--------------------]   0 %'],
    [0.255, '[#####---------------]  25 %'],
    [1, '[####################] 100 %'],
  ])('shows a share of %d', (share, bar) => {
    expect(formatBar(share)).toBe(bar)
  })
})

describe('formatStatus', () => {
  it('says whether joins are open', () => {
    const joins = { setting: 'open', areOpen: true, text: 'joins are open' }
    expect(formatStatus({ ...nothing, joins }, [])).toBe('joins are open\n')
  })

  it('shows certificates with their bars, the days and pin of each CA, the signer, and what is wrong', () => {
    const host: HostDescription = {
      ...nothing,
      certificates: [certificate],
      ca: { pin: 'SHA256:00', notAfter: '2041-01-01T00:00:00.000Z', daysLeft: 3650 },
      cas: [
        { pin: 'SHA256:00', notAfter: '2041-01-01T00:00:00.000Z', daysLeft: 3650 },
        { pin: 'SHA256:11', notAfter: '2032-01-01T00:00:00.000Z', daysLeft: 365 },
      ],
      signer: { address: '192.0.2.11', isReachable: false },
    }
    expect(
      formatStatus(host, [{ check: 'signer', level: 'attention', what: 'it is away', fix: 'see the route' }]),
    ).toBe(`CERTIFICATE  NAME          LIFETIME USED                 VALID UNTIL
client       kubemaster-1  [#####---------------]  25 %  2031-01-02T00:00:00.000Z
CA                         3650 days left                2041-01-01T00:00:00.000Z
CA                         365 days left                 2032-01-01T00:00:00.000Z
SHA256:00
SHA256:11

signer 192.0.2.11: does not answer

attention: it is away
  see the route
`)
  })

  it('shows the masters of a signer and how many there are beyond the first', () => {
    const soonest = Array.from({ length: 30 }, (_, id) => {
      return { name: `kubemaster-${id}`, address: '192.0.2.1', expiry: certificate.notAfter, keyChanged: id === 0 }
    })
    const text = formatStatus(
      { ...nothing, masters: { total: 300, expired: 2, keysChanged: 1, keysShared: 0, sharedKeys: [], soonest } },
      [],
    )
    expect(text).toContain('kubemaster-0   192.0.2.1  2031-01-02T00:00:00.000Z  changed\n')
    expect(text).toContain('and 280 that expire later')
    expect(text).toContain('300 masters seen, 2 with an expired certificate, 1 with a changed key\n')
  })

  it('quotes a name that a terminal would obey', () => {
    const text = formatStatus({ ...nothing, certificates: [{ ...certificate, name: '\u001b[31mred' }] }, [])
    expect(text).toMatch(/^[\x20-\x7e\n]+$/)
  })
})
