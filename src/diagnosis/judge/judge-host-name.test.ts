import { describe, expect, it } from 'vitest'
import { judgeHostName } from './judge-host-name.ts'

const request = 'signet request --signer-ip=IP'

describe('judgeHostName', () => {
  it.each<[string, string | undefined, string]>([
    ['kubemaster-1', 'kubemaster-1', 'well'],
    ['kubemaster-1', undefined, 'well'],
    ['vm', 'kubemaster-1', 'note'],
    ['vm', undefined, 'attention'],
    ['kubemaster-1.example.org', undefined, 'attention'],
  ])('judges the host %s that requested as %s as %s', (hostName, requested, level) => {
    expect(judgeHostName(hostName, { requested, certified: requested }, request).level).toBe(level)
  })

  it('tells of a master that never asked, and has the pair of another one', () => {
    const names = { requested: undefined, certified: 'kubemaster-1' }
    expect(judgeHostName('kubemaster-2', names, request)).toMatchObject({
      level: 'attention',
      what: expect.stringContaining('its certificate is for kubemaster-1, and none was requested here'),
      fix: request,
    })
    expect(judgeHostName('kubemaster-1', names, request).level).toBe('well')
    const hostile = { requested: undefined, certified: 'a\u001b[31m' }
    expect(judgeHostName('kubemaster-2', hostile, request).what).toMatch(/^[\x20-\x7e]+$/)
  })

  it('quotes a host name that is none', () => {
    expect(judgeHostName('a\u001b[31m', { requested: undefined, certified: undefined }, request).what).toMatch(
      /^[\x20-\x7e]+$/,
    )
  })
})
