import { describe, expect, it } from 'vitest'
import { nothing, shownAtMs } from '../../../test/support/host/shown-hosts.ts'
import { formatBar, formatStatus } from './format-status.ts'
import { plainScreen } from './screen.ts'

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
  const place = { screen: plainScreen, nowMs: shownAtMs }

  it('shows the masters of a signer and how many there are beyond the first', () => {
    const soonest = Array.from({ length: 30 }, (_, id) => {
      return { name: `kubemaster-${id}`, address: '192.0.2.1', expiry: '2031-01-02T03:12:00Z', keyChanged: id === 0 }
    })
    const masters = { total: 300, expired: 2, keysChanged: 1, keysShared: 0, sharedKeys: [], soonest }
    const text = formatStatus({ ...nothing, masters }, [], place)
    expect(text).toContain('kubemaster-0   192.0.2.1  in 14 h 12 m, 03:12 UTC  changed\n')
    expect(text).toContain('and 280 more that end later')
    expect(text).toContain('300 masters seen, 2 with an expired certificate, 1 with a changed key\n')
    const one = { ...masters, total: 1, soonest: soonest.slice(0, 1) }
    expect(formatStatus({ ...nothing, masters: one }, [], place)).toContain('\n1 master seen, ')
  })

  it('labels the pin of each CA', () => {
    const cas = ['SHA256:00', 'SHA256:11'].map((pin) => ({ pin, notAfter: '2041-01-01T00:00:00.000Z', daysLeft: 3650 }))
    expect(formatStatus({ ...nothing, cas }, [], place)).toContain('\nCA pin: SHA256:00\nCA pin: SHA256:11\n')
  })
})
