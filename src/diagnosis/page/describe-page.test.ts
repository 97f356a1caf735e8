import { describe, expect, it } from 'vitest'
import { createInspectedPair, pairPaths } from '../../../test/support/host/inspected-pair.ts'
import { testNowMs } from '../../../test/support/x509/test-ca.ts'
import type { ClientState } from '../../client/client-state.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { InspectedPair } from '../inspect/inspect-pair.ts'
import type { HostPair } from '../inspect/inspect-pairs.ts'
import type { ShownHost } from '../inspected-host.ts'
import { describePage } from './describe-page.ts'

const failure = new SignetError('unavailable', 'nothing answers')
const unread = {
  isClockSynchronised: null,
  signer: undefined,
  cluster: undefined,
  authority: undefined,
  joins: undefined,
  snapshots: undefined,
  recovery: undefined,
}
const place = { hostName: 'vm', isByTimer: true }

async function hostOf(kind: InspectedPair['kind'], renewedName?: string): Promise<ShownHost> {
  const pair = await createInspectedPair({ kind })
  const state: ClientState | undefined =
    renewedName === undefined
      ? undefined
      : {
          ...{ version: 1, name: renewedName, kind, paths: pairPaths, endpoints: [] },
          signer: { address: '192.0.2.1', knownHostsFile: '/known_hosts' },
        }
  const own: HostPair = { pair, state, stateFailure: undefined, owners: { trustedUids: [0], readerUid: 0 } }
  return { ...unread, nowMs: testNowMs, isSandbox: false, request: 'signet request', pairs: [own] }
}

describe('what the page says of a host', () => {
  it('is by its role: nothing, master, member, signer', async () => {
    const [member, master] = [await hostOf('member'), await hostOf('client')]
    const roleOf = (host: ShownHost) => describePage(host, place).role
    expect(roleOf({ ...master, pairs: [] })).toBe('nothing')
    expect(roleOf(master)).toBe('master')
    expect(roleOf(member)).toBe('member')
    expect(roleOf({ ...member, pairs: [...master.pairs, ...member.pairs] })).toBe('member')
    expect(roleOf({ ...member, authority: { config: undefined, failure } })).toBe('signer')
  })

  it('has a time for renewing where something renews that certificate, and no other', async () => {
    const master = await hostOf('client')
    const name = master.pairs[0]?.pair.certificate.content?.subjectCommonName ?? ''
    const dueOf = async (renewed?: string) =>
      describePage(await hostOf('client', renewed), place).renewals.get(pairPaths.certificate)
    expect(await dueOf(name)).toBeGreaterThan(0)
    expect(await dueOf()).toBeUndefined()
    expect(await dueOf('kubemaster-another')).toBeUndefined()
  })

  it('does not call renewing due because a clock was set back', async () => {
    const host = await hostOf('client')
    const name = host.pairs[0]?.pair.certificate.content?.subjectCommonName ?? ''
    const renewed = await hostOf('client', name)
    const due = (nowMs: number) => describePage({ ...renewed, nowMs }, place).renewals.get(pairPaths.certificate)
    expect(due(0)).toBe(due(testNowMs))
  })
})
