import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { readPrivateGroup } from '../programs/private-group.ts'
import { requireGuarded } from './guarded-path.ts'
import type { NamedThing } from './look-at.ts'

/** Names of a host; what is not said is a directory of root's, 0755, as long as something is below it. */
type Names = Readonly<Record<string, Partial<NamedThing>>>

const directory = (uid: number, mode: number): Partial<NamedThing> => ({ kind: 'directory', uid, mode })
const file = (uid: number, mode: number): Partial<NamedThing> => ({ kind: 'file', uid, mode })
const link = (target: string, uid = 0): Partial<NamedThing> => ({ kind: 'link', uid, mode: 0o777, target })

function check(names: Names, path = '/a/b/file', fileOwners?: readonly number[]): Promise<void> {
  const look = async (asked: string): Promise<NamedThing | undefined> => {
    const isAbove = asked === '/' || Object.keys(names).some((name) => name.startsWith(`${asked}/`))
    const said = names[asked]
    if (said === undefined && !isAbove) return undefined
    return { kind: 'directory', uid: 0, mode: 0o755, gid: 0, target: '', ...said }
  }
  return requireGuarded(path, { look, ownUid: 1000, fileOwners })
}

describe('a path that nobody else can lead elsewhere', () => {
  it.each<[string, Names]>([
    [
      "goes through directories of root's and one's own",
      { '/a': directory(0, 0o755), '/a/b': directory(1000, 0o700), '/a/b/file': file(0, 0o600) },
    ],
    ['may be there in part only', { '/a': directory(0, 0o755) }],
    [
      'may go through a sticky directory that all may write to',
      { '/a': directory(0, 0o1777), '/a/b/file': file(1000, 0o600) },
    ],
    ['may still be to be made below a sticky one', { '/a': directory(0, 0o1777) }],
    ["may go through root's links", { '/a': link('/c/./d'), '/c/d/b/file': file(0, 0o600) }],
    ['may go through links that go up', { '/a/b': link('../c'), '/c/file': file(0, 0o600) }],
    ['may end in a link to such a path', { '/a/b/file': link('other'), '/a/b/other': file(1000, 0o600) }],
    ['may end in a link that leads to nothing yet', { '/a/b/file': link('/c/none'), '/c': directory(0, 0o755) }],
  ])('%s', async (_, names) => {
    await expect(check(names, '/a/b/file', [])).resolves.toBeUndefined()
  })

  it('may hold a file of the account that it is for', async () => {
    await expect(check({ '/a/b/file': file(7, 0o600) }, '/a/b/file', [7])).resolves.toBeUndefined()
  })

  it('may hold whatever file where only its place matters', async () => {
    await expect(check({ '/a/b/file': file(7, 0o666) })).resolves.toBeUndefined()
  })
})

describe('a path is refused', () => {
  it.each<[string, Names, string]>([
    [
      "below another account's directory",
      { '/a': directory(7, 0o755), '/a/b/file': file(0, 0o600) },
      '/a belongs to account 7',
    ],
    ["in another account's directory", { '/a/b': directory(7, 0o755) }, '/a/b belongs to account 7'],
    [
      'in a directory that its group may write to',
      { '/a/b': directory(0, 0o775) },
      '/a/b can be changed by other accounts (mode 0775)',
    ],
    [
      'below a directory that its group may write to',
      { '/a': directory(1000, 0o770), '/a/b/file': file(0, 0o600) },
      '/a can be changed',
    ],
    [
      'below a directory that all may write to',
      { '/a': directory(0, 0o777), '/a/b/file': file(0, 0o600) },
      '/a can be changed',
    ],
    [
      'in a sticky directory that all may write to',
      { '/a/b': directory(0, 0o1777) },
      'every account can put files into /a/b',
    ],
    ['where / itself can be changed', { '/': directory(0, 0o777), '/a/b/file': file(0, 0o600) }, '/ can be changed'],
    ["through another account's link", { '/a': link('/c', 7), '/c/b/file': file(0, 0o600) }, '/a belongs to account 7'],
    [
      "whose link leads into another account's directory",
      { '/a': link('/c'), '/c': directory(7, 0o755), '/c/b': directory(0, 0o755) },
      '/c, to which /a/b/file leads, belongs to account 7',
    ],
    [
      'whose link leads through a second one of another account',
      { '/a': link('c'), '/c': link('/d', 7), '/d/b/file': file(0, 0o600) },
      '/c, to which',
    ],
    [
      'which ends in a link into a sticky directory',
      { '/a/b/file': link('/tmp/file'), '/tmp': directory(0, 0o1777) },
      'every account can put files into /tmp',
    ],
    [
      "which ends in another account's link",
      { '/a/b/file': link('/c', 7), '/c': file(0, 0o600) },
      '/a/b/file belongs to account 7',
    ],
    ["for another account's file", { '/a/b/file': file(7, 0o600) }, '/a/b/file belongs to account 7'],
    ['for a file that its group may write to', { '/a/b/file': file(0, 0o660) }, '/a/b/file can be changed'],
  ])('%s', async (_, names, message) => {
    const error = await refusalOf(() => check(names, '/a/b/file', []))
    expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining(message) })
    expect(error.hint).toMatch(/without sudo.*--dir=|--dir=/)
  })

  it.each([
    ['7', directory(7, 0o1777)],
    ['0', directory(0, 0o1777)],
  ])('with a hint that never says to change the mode of /tmp (of account %s)', async (_, tmp) => {
    const { hint } = await refusalOf(() => check({ '/tmp': tmp }, '/tmp/client.key'))
    expect(hint).not.toContain('chmod')
  })

  it('with words that a shell takes as they are meant', async () => {
    const { hint } = await refusalOf(() => check({ '/a b': directory(0, 0o775) }, join('/a b', 'file')))
    expect(hint).toContain("chmod go-w '/a b'")
  })

  it('where links go round', async () => {
    const error = await refusalOf(() => check({ '/a': link('/c'), '/c': link('/a') }))
    expect(error).toMatchObject({ code: 'configuration', message: 'too many links from /a/b/file' })
  })
})

describe('a group', () => {
  it('that an account has for itself alone counts as that account, and for nobody else', async () => {
    // Every Debian has some: daemon, bin, sys.
    const uids = Array.from({ length: 100 }, (_, index) => index + 1)
    const [account] = (await Promise.all(uids.map(async (uid) => ({ uid, gid: await readPrivateGroup(uid) })))).filter(
      ({ gid }) => gid !== undefined,
    )
    const { uid = -1, gid = -1 } = account ?? {}
    const look = async (): Promise<NamedThing> => ({ kind: 'directory', uid: 0, gid, mode: 0o775, target: '' })
    await expect(requireGuarded('/a/file', { look, ownUid: uid })).resolves.toBeUndefined()
    for (const ownUid of [0, 4711]) {
      const { message } = await refusalOf(() => requireGuarded('/a/file', { look, ownUid }))
      expect(message).toBe('/ can be changed by other accounts (mode 0775)')
    }
  })
})
