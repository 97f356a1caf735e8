import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { localFiles } from './local-files.ts'

let directory: string
const at = (name: string): string => join(directory, name)

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-files-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('the files of this host', () => {
  it('are read with their modes, through links, and are undefined where there are none', async () => {
    writeFileSync(at('file'), 'text', { mode: 0o640 })
    symlinkSync('file', at('link'))
    symlinkSync('nothing', at('dangling'))
    expect(await localFiles.read(at('link'))).toMatchObject({ text: 'text', mode: 0o640 })
    expect(await localFiles.read(at('dangling'))).toBeUndefined()
    expect(await localFiles.read(at('none'))).toBeUndefined()
  })

  it('are refused where they are directories, or endless', async () => {
    mkdirSync(at('directory'))
    writeFileSync(at('large'), 'x'.repeat(300 * 1024))
    for (const name of ['directory', 'large']) {
      expect(await refusalOf(() => localFiles.read(at(name)))).toMatchObject({ code: 'configuration' })
    }
  })

  it('are replaced as links, whatever they led to', async () => {
    writeFileSync(at('target'), 'target')
    await localFiles.write(at('file'), 'file', { mode: 0o600 })
    await localFiles.link(at('file'), 'target')
    expect(readlinkSync(at('file'))).toBe('target')
    expect(await localFiles.readLink(at('file'))).toBe('target')
    await localFiles.write(at('file'), 'plain', { mode: 0o600 })
    expect(await localFiles.readLink(at('file'))).toBeUndefined()
    expect(await localFiles.readLink(at('none'))).toBeUndefined()
    expect((await localFiles.read(at('target')))?.text).toBe('target')
    expect(readdirSync(directory).toSorted()).toEqual(['file', 'target'])
  })

  it('leaves nothing where a link cannot be put', async () => {
    mkdirSync(join(at('taken'), 'inside'), { recursive: true })
    await expect(localFiles.link(at('taken'), 'target')).rejects.toThrow()
    expect(readdirSync(directory)).toEqual(['taken'])
  })

  it('has directories made with their modes, and those that are there left alone', async () => {
    await localFiles.makeDirectory(at('a/b'), { mode: 0o700 })
    expect(statSync(at('a/b')).mode & 0o777).toBe(0o700)
    await localFiles.makeDirectory(at('a/b'), { mode: 0o755 })
    expect(statSync(at('a/b')).mode & 0o777).toBe(0o700)
  })

  it('has directories made with their modes whatever the umask is, those above too', async () => {
    const umask = process.umask(0o077)
    try {
      await localFiles.makeDirectory(at('c/d/e'), { mode: 0o755 })
    } finally {
      process.umask(umask)
    }
    for (const name of ['c', 'c/d', 'c/d/e']) expect(statSync(at(name)).mode & 0o777, name).toBe(0o755)
  })

  it('has empty directories removed, and others left alone', async () => {
    await localFiles.makeDirectory(at('a/b'), { mode: 0o700 })
    await localFiles.removeEmpty(at('a'))
    await localFiles.removeEmpty(at('none'))
    expect(readdirSync(directory)).toEqual(['a'])
    await localFiles.removeEmpty(at('a/b'))
    await localFiles.removeEmpty(at('a'))
    expect(readdirSync(directory)).toEqual([])
  })

  it('are removed, or were not there', async () => {
    await localFiles.makeDirectory(at('a/b'), { mode: 0o700 })
    await localFiles.removeTree(at('a'))
    await localFiles.removeTree(at('a'))
    expect(readdirSync(directory)).toEqual([])
  })
})
