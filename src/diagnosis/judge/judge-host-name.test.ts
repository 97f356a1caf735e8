import { describe, expect, it } from 'vitest'
import { judgeHostName } from './judge-host-name.ts'

describe('judgeHostName', () => {
  it.each<[string, string | undefined, string]>([
    ['kubemaster-1', 'kubemaster-1', 'well'],
    ['kubemaster-1', undefined, 'well'],
    ['vm', 'kubemaster-1', 'note'],
    ['vm', undefined, 'attention'],
    ['kubemaster-1.example.org', undefined, 'attention'],
  ])('judges the host %s that requested as %s as %s', (hostName, requested, level) => {
    expect(judgeHostName(hostName, requested).level).toBe(level)
  })

  it('quotes a host name that is none', () => {
    expect(judgeHostName('a\u001b[31m', undefined).what).toMatch(/^[\x20-\x7e]+$/)
  })
})
