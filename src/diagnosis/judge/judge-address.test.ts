import { describe, expect, it } from 'vitest'
import { createInspectedPair } from '../../../test/support/host/inspected-pair.ts'
import { judgeAddress } from './judge-address.ts'

describe('judgeAddress', () => {
  const member = (ipAddresses: readonly string[]) =>
    createInspectedPair({ kind: 'member', certificate: { subjectCommonName: 'etcd-1', ipAddresses } })

  it.each([
    [['192.0.2.1', '127.0.0.1'], ['127.0.0.1', '192.0.2.1'], 'well'],
    [['2001:db8::1', '::1'], ['2001:db8::1'], 'well'],
    [['127.0.0.3'], ['127.0.0.1'], 'well'],
    [['127.0.0.1', '::1'], [], 'well'],
    [['192.0.2.1', '127.0.0.1'], ['127.0.0.1', '192.0.2.2'], 'broken'],
  ])('judges a certificate for %j on a host with %j as %s', async (named, own, level) => {
    expect(judgeAddress(await member(named), own)).toMatchObject([{ check: 'address', level }])
  })

  it('has nothing to say of a master, whose certificate names no address', async () => {
    expect(judgeAddress(await createInspectedPair(), [])).toEqual([])
  })
})
