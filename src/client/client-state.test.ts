import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { type ClientState, formatClientState, parseClientState } from './client-state.ts'

const state: ClientState = {
  version: 1,
  signer: { address: '192.0.2.11', knownHostsFile: '/var/lib/signet-client/known_hosts' },
  name: 'kubemaster-1',
  kind: 'client',
  paths: { key: '/k', certificate: '/c', ca: '/a' },
  endpoints: ['https://192.0.2.11:2379'],
}

function signerWith(part: object): unknown {
  return { ...state, signer: { ...state.signer, ...part } }
}

describe('the state of a client', () => {
  it('reads back as it was written', () => {
    const full: ClientState = {
      ...state,
      signer: { ...state.signer, port: 2222, sshConfigFile: '/s', bindAddress: '192.0.2.1' },
      kind: 'member',
      name: 'etcd-1',
      address: '192.0.2.1',
      owner: { uid: 1, gid: 2 },
      attempts: { lastAttemptMs: 3, failures: 4 },
    }
    for (const one of [state, full]) expect(parseClientState(formatClientState(one), 'the state')).toEqual(one)
  })

  it.each<[string, unknown, string]>([
    ['no JSON', undefined, 'the document'],
    ['another version', { ...state, version: 2 }, 'version'],
    ['an unknown field', { ...state, more: 1 }, 'more'],
    ['a name that is none', { ...state, name: 'x\n' }, 'name'],
    ['endpoints that are none', { ...state, endpoints: ['file:///etc/passwd'] }, 'endpoints'],
    ['a port that is none', { ...state, signer: { ...state.signer, port: 0 } }, 'signer.port'],
    ['an address that ssh takes for an option', signerWith({ address: '-oProxyCommand=id' }), 'signer.address'],
    ['an address that a terminal obeys', signerWith({ address: 'a\u001b[2J' }), 'signer.address'],
    ['such an address to call from', signerWith({ bindAddress: '-F/tmp/x' }), 'signer.bindAddress'],
    ['a missing path', { ...state, paths: { key: '/k' } }, 'paths.certificate'],
  ])('is refused with %s', (_, document, field) => {
    const error = syncRefusalOf(() => parseClientState(JSON.stringify(document) ?? 'x', '/state'))
    expect(error).toMatchObject({ code: 'configuration', message: expect.stringContaining(`"${field}"`) })
  })
})
