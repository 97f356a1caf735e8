import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { canBeTwoAccounts, otherAccount, startAsOtherAccount } from '../../../test/support/host/other-account.ts'
import { removeEmpty, removeFile, removeTree } from './remove-file.ts'

const base = mkdtempSync(join(tmpdir(), 'signet-remove-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

let count = 0
let directory = ''
beforeEach(() => {
  count += 1
  directory = join(base, `${count}`)
  mkdirSync(directory, { mode: 0o755 })
  chmodSync(base, 0o755)
})
const at = (name: string): string => join(directory, name)

describe('removing', () => {
  it('takes a file or a link away, and never a directory', async () => {
    writeFileSync(at('file'), '')
    symlinkSync('file', at('link'))
    mkdirSync(at('directory'))
    for (const name of ['link', 'file', 'none']) await removeFile(at(name))
    await expect(removeFile(at('directory'))).rejects.toThrow()
    expect(readdirSync(directory)).toEqual(['directory'])
  })

  it('takes a directory away only where it is empty', async () => {
    mkdirSync(at('full/inside'), { recursive: true })
    await removeEmpty(at('full'))
    expect(readdirSync(directory)).toEqual(['full'])
    await removeEmpty(at('full/inside'))
    await removeEmpty(at('full'))
    await removeEmpty(at('full'))
    expect(readdirSync(directory)).toEqual([])
  })

  it('takes a tree away, and not what links in it or in its place lead to', async () => {
    mkdirSync(at('kept'))
    writeFileSync(at('kept/file'), '')
    mkdirSync(at('tree/below'), { recursive: true })
    symlinkSync(at('kept'), at('tree/below/link'))
    symlinkSync(at('kept'), at('link'))
    for (const name of ['tree', 'link', 'none']) await removeTree(at(name))
    expect([readdirSync(directory), readdirSync(at('kept'))]).toEqual([['kept'], ['file']])
  })
})

describe.skipIf(!canBeTwoAccounts('a tree that its owner exchanges while root removes it'))(
  'while root removes it',
  () => {
    it('the owner of a tree cannot have root empty another directory by exchanging one in it', async () => {
      const names = Array.from({ length: 2500 }, (_, index) => `f${index}`)
      mkdirSync(at('tree/snap'), { recursive: true })
      mkdirSync(at('kept'))
      for (const name of names) for (const place of ['tree/snap', 'kept']) writeFileSync(at(join(place, name)), '')
      for (const owned of ['tree', 'tree/snap']) chownSync(at(owned), otherAccount.uid, otherAccount.gid)
      const isWhole = names.filter((_, index) => index % 100 === 0).map((name) => `[ -e snap/${name} ]`)
      const stop = startAsOtherAccount(
        `touch ready; while ${isWhole.join(' && ')}; do :; done; mv snap away; ln -s '${at('kept')}' snap; touch exchanged`,
        at('tree'),
      )
      await vi.waitUntil(() => existsSync(at('tree/ready')))
      await removeTree(at('tree'))
        .catch(() => {})
        .finally(stop)
      expect(readdirSync(at('kept'))).toHaveLength(names.length)
    })
  },
)
