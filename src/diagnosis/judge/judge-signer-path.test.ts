import { describe, expect, it } from 'vitest'
import { createInspectedPair } from '../../../test/support/host/inspected-pair.ts'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import type { Signer } from '../../client/ask/signer.ts'
import { formatFindings } from '../format-findings.ts'
import { checkSignerPath, type SignerPathPorts } from '../inspect/inspect-signer-path.ts'
import { parseAt } from '../parse-at.ts'
import { checkAddress } from './judge-address.ts'
import { checkHostName } from './judge-host-name.ts'
import { judgeRenewalTimer } from './judge-renewal-timer.ts'

const signer: Signer = { address: 'leader', knownHostsFile: '/known_hosts', hostKeyPolicy: 'report' }
const nowMs = Date.UTC(2031, 0, 1)

function failing(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(code), { code }))
}

async function walk(change: Partial<SignerPathPorts> = {}) {
  const ports: SignerPathPorts = {
    resolveAddress: async () => ({ host: 'leader.example', port: 22 }),
    lookUp: async () => undefined,
    connectTcp: async () => undefined,
    ...change,
  }
  return (await checkSignerPath(signer, ports)).map(({ check, level, what }) => [check, level, what])
}

describe('checkSignerPath', () => {
  it('finds nothing wrong where the name resolves and TCP works', async () => {
    expect((await walk()).map(([, level]) => level)).toEqual(['well', 'well'])
  })

  it('does not look an address up', async () => {
    const resolveAddress = async () => ({ host: '192.0.2.1', port: 22 })
    expect((await walk({ resolveAddress, lookUp: failing('ENOTFOUND') }))[0]?.[1]).toBe('well')
  })

  it('tells of a name that does not resolve, and that the port was not tried', async () => {
    expect(await walk({ lookUp: failing('ENOTFOUND') })).toEqual([
      ['signer-name', 'attention', expect.stringContaining('leader.example of the signer does not resolve')],
      ['signer-tcp', 'unknown', expect.stringContaining('not tried')],
    ])
  })

  it.each(['ECONNREFUSED', 'ETIMEDOUT'])('tells of a port that ends in %s', async (code) => {
    expect((await walk({ connectTcp: failing(code) }))[1]).toEqual([
      'signer-tcp',
      'attention',
      expect.stringContaining(code),
    ])
  })

  it('says so where ssh does not tell the address', async () => {
    expect(await walk({ resolveAddress: failing('ENOENT') })).toEqual([['signer-name', 'unknown', expect.any(String)]])
  })
})

describe('checkAddress', () => {
  const member = (ipAddresses: readonly string[]) =>
    createInspectedPair({ kind: 'member', certificate: { subjectCommonName: 'etcd-1', ipAddresses } })

  it.each([
    [['192.0.2.1', '127.0.0.1'], ['127.0.0.1', '192.0.2.1'], 'well'],
    [['2001:db8::1', '::1'], ['2001:db8::1'], 'well'],
    [['127.0.0.3'], ['127.0.0.1'], 'well'],
    [['127.0.0.1', '::1'], [], 'well'],
    [['192.0.2.1', '127.0.0.1'], ['127.0.0.1', '192.0.2.2'], 'broken'],
  ])('judges a certificate for %j on a host with %j as %s', async (named, own, level) => {
    expect(checkAddress(await member(named), own)).toMatchObject([{ check: 'address', level }])
  })

  it('has nothing to say of a master, whose certificate names no address', async () => {
    expect(checkAddress(await createInspectedPair(), [])).toEqual([])
  })
})

describe('checkHostName', () => {
  it.each<[string, string | undefined, string]>([
    ['kubemaster-1', 'kubemaster-1', 'well'],
    ['kubemaster-1', undefined, 'well'],
    ['vm', 'kubemaster-1', 'note'],
    ['vm', undefined, 'attention'],
    ['kubemaster-1.example.org', undefined, 'attention'],
  ])('judges the host %s that requested as %s as %s', (hostName, requested, level) => {
    expect(checkHostName(hostName, requested).level).toBe(level)
  })

  it('quotes a host name that is none', () => {
    expect(checkHostName('a\u001b[31m', undefined).what).toMatch(/^[\x20-\x7e]+$/)
  })
})

describe('judgeRenewalTimer', () => {
  const unit = 'signet-renew.timer'

  it.each<[boolean | undefined, boolean, string]>([
    [true, true, 'well'],
    [true, false, 'well'],
    [false, true, 'attention'],
    [false, false, 'note'],
    [undefined, true, 'unknown'],
  ])('judges a timer that is active: %s, of the usual place: %s, as %s', (isActive, isUsual, level) => {
    expect(judgeRenewalTimer({ unit, isActive, isUsual })).toMatchObject({ check: 'renewal-timer', level })
  })

  it('says how to have it renewed', () => {
    const { fix, why } = judgeRenewalTimer({ unit, isActive: false, isUsual: true })
    expect(fix).toBe("systemctl enable --now 'signet-renew.timer'")
    expect(why).toContain('cut off from etcd')
  })
})

describe('parseAt', () => {
  it('takes how long from now, and a time', () => {
    expect(parseAt('+36h', nowMs)).toBe(nowMs + 36 * 3_600_000)
    expect(parseAt('2031-01-02T00:00:00Z', nowMs)).toBe(nowMs + 24 * 3_600_000)
    expect(parseAt('2031-01-01T02:00+01:00', nowMs)).toBe(nowMs + 3_600_000)
  })

  it.each(['', '36h', '+36', '+', '-1h', 'tomorrow', '2031', '2031-13-01T00:00:00Z', '2030-12-31T00:00:00Z'])(
    'refuses %j',
    (text) => {
      const { code, hint } = syncRefusalOf(() => parseAt(text, nowMs))
      expect([code, hint]).toEqual(['usage', expect.stringContaining('--at +36h')])
    },
  )
})

describe('formatFindings', () => {
  it('puts the worst last, with why and what to type', () => {
    const text = formatFindings([
      { check: 'a', level: 'broken', what: 'the key is gone', why: 'no handshake succeeds', fix: 'signet request' },
      { check: 'b', level: 'well', what: 'the clock is right' },
    ])
    expect(text).toBe(
      `ok        the clock is right
BROKEN    the key is gone
          why:  no handshake succeeds
          type: signet request
`,
    )
  })
})
