import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../test/support/refusal.ts'
import type { TextFile } from '../host/local-files.ts'
import { requireOwnPlace } from './require-own-place.ts'

const paths = { key: '/pki/key', certificate: '/pki/crt', ca: '/pki/ca' }
const place = { paths, stateFile: '/state/signet.json' }

interface Disk {
  readonly directories?: Readonly<Record<string, { uid: number; mode: number }>>
  readonly files?: Readonly<Record<string, Partial<TextFile>>>
}

function check({ directories = {}, files = {} }: Disk, ownUid = 1000, owner?: { uid: number; gid: number }) {
  const known: Disk['directories'] = { '/': { uid: 0, mode: 0o755 }, ...directories }
  return requireOwnPlace(owner === undefined ? place : { ...place, owner }, {
    ownUid,
    operatorUid: 4,
    files: {
      readDirectory: async (path) => known[path],
      read: async (path) => {
        const file = files[path]
        return file === undefined ? undefined : { text: '', mode: 0o600, uid: ownUid, gid: 0, ...file }
      },
    },
  })
}

const own = { '/pki': { uid: 1000, mode: 0o755 } }

describe('the place of a certificate', () => {
  it.each<[string, Disk]>([
    ['directories that are still to be made', {}],
    ["directories of one's own", { directories: own }],
    [
      "directories and files of root's",
      { directories: { '/pki': { uid: 0, mode: 0o755 } }, files: { '/pki/ca': { uid: 0 } } },
    ],
    ['a directory that the group may write to', { directories: { '/pki': { uid: 1000, mode: 0o775 } } }],
  ])('may be %s', async (_, disk) => {
    await expect(check(disk)).resolves.toBeUndefined()
  })

  it('may be a new directory in one that is sticky, as /tmp is', async () => {
    await expect(check({ directories: { '/': { uid: 0, mode: 0o1777 } } })).resolves.toBeUndefined()
  })

  it('may belong to who became root by sudo', async () => {
    await expect(check({ directories: { '/pki': { uid: 4, mode: 0o755 } } }, 0)).resolves.toBeUndefined()
  })

  it('may belong to the account that the files are for', async () => {
    const disk = { directories: { '/pki': { uid: 123, mode: 0o755 } }, files: { '/pki/key': { uid: 123 } } }
    await expect(check(disk, 0, { uid: 123, gid: 1 })).resolves.toBeUndefined()
  })

  it.each<[string, Disk, string]>([
    ["another account's directory", { directories: { '/pki': { uid: 7, mode: 0o755 } } }, 'belongs to account 7'],
    [
      'a directory for all',
      { directories: { '/pki': { uid: 0, mode: 0o1777 } } },
      'every account can put files into /pki',
    ],
    [
      'a new directory in one for all',
      { directories: { '/': { uid: 0, mode: 0o777 } } },
      'every account can put files',
    ],
    ["another account's key", { directories: own, files: { '/pki/key': { uid: 7 } } }, '/pki/key belongs to account 7'],
    ["another account's CA", { directories: own, files: { '/pki/ca': { uid: 7 } } }, '/pki/ca belongs to account 7'],
    ["another account's state directory", { directories: { '/state': { uid: 7, mode: 0o700 } } }, '/state belongs to'],
  ])('may not be %s', async (_, disk, message) => {
    const error = await refusalOf(() => check(disk))
    expect(error).toMatchObject({ code: 'configuration', message: expect.stringContaining(message) })
    expect(error.hint).toContain('--dir')
  })
})
