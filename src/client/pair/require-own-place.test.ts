import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import type { NamedThing } from '../../host/files/look-at.ts'
import { requireOwnPlace } from './require-own-place.ts'

const paths = { key: '/pki/key', certificate: '/pki/crt', ca: '/pki/ca' }

function check(names: Readonly<Record<string, Partial<NamedThing>>>, owner?: { uid: number; gid: number }) {
  const look = async (path: string): Promise<NamedThing | undefined> => {
    if (path === '/') return { kind: 'directory', uid: 0, mode: 0o755, gid: 0, target: '' }
    const named = names[path]
    return named === undefined ? undefined : { kind: 'file', uid: 0, mode: 0o600, gid: 0, target: '', ...named }
  }
  return requireOwnPlace({ paths, stateFile: '/state/signet.json', owner }, { ownUid: 0, files: { look } })
}

const pki = { '/pki': { kind: 'directory', mode: 0o755 } } as const
const state = { '/state': { kind: 'directory', mode: 0o700 } } as const
const etcd = { uid: 123, gid: 1 }

describe('the place of a certificate', () => {
  it('may hold what belongs to the account that the files are for', async () => {
    const names = { ...pki, '/pki/key': { uid: 123 }, '/pki/ca': { uid: 123 } }
    await expect(check(names, etcd)).resolves.toBeUndefined()
  })

  it('may hold any certificate: it is verified, or replaced', async () => {
    await expect(check({ ...pki, '/pki/crt': { uid: 7, mode: 0o666 } })).resolves.toBeUndefined()
  })

  it.each<[string, Parameters<typeof check>[0], string]>([
    ["another account's directory", { '/pki': { kind: 'directory', uid: 7 } }, '/pki belongs to account 7'],
    ["another account's key", { ...pki, '/pki/key': { uid: 7 } }, '/pki/key belongs to account 7'],
    ["another account's CA", { ...pki, '/pki/ca': { uid: 7 } }, '/pki/ca belongs to account 7'],
    ['a CA that a group can change', { ...pki, '/pki/ca': { mode: 0o664 } }, '/pki/ca can be changed'],
    ["another account's state directory", { '/state': { kind: 'directory', uid: 7 } }, '/state belongs to account 7'],
    ["another account's state", { ...state, '/state/signet.json': { uid: 7 } }, '/state/signet.json belongs to'],
    ["the files' owner's state", { ...state, '/state/signet.json': { uid: 123 } }, '/state/signet.json belongs to'],
    [
      'a directory of the account that the files are for',
      { '/pki': { kind: 'directory', uid: 123 } },
      '/pki belongs to',
    ],
  ])('may not be %s', async (_, names, message) => {
    const error = await refusalOf(() => check(names, etcd))
    expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining(message) })
  })
})
