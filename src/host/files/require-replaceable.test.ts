import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { requireLinks, requireReplaceable } from './require-replaceable.ts'

const base = mkdtempSync(join(tmpdir(), 'signet-replaceable-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

let count = 0
let directory = ''
let file = ''
beforeEach(() => {
  count += 1
  directory = join(base, `${count}`)
  file = join(directory, 'file')
  mkdirSync(directory)
})

/** Sets attributes that only root may, on file systems that have them. */
function setAttribute(attribute: string, path: string, { skip }: TestContext): void {
  const isSet = spawnSync('chattr', [attribute, path]).status === 0
  if (!isSet) process.stderr.write(`skipped: chattr ${attribute} (only root may, and not on every file system)\n`)
  skip(!isSet)
}

describe('a file that can be replaced', () => {
  it.each<[string, () => void]>([
    ['is not there yet', () => {}],
    ['is there', () => writeFileSync(file, 'text')],
    ['may only be read', () => writeFileSync(file, 'text', { mode: 0o400 })],
    ['is a link', () => symlinkSync('/etc/passwd', file)],
  ])('%s, and is left as it is', async (_, prepare) => {
    prepare()
    const before = readdirSync(directory)
    await expect(requireReplaceable(file, { mode: 0o600 })).resolves.toBeUndefined()
    await expect(requireLinks(join(directory, 'key'))).resolves.toBeUndefined()
    expect(readdirSync(directory)).toEqual(before)
  })

  it('may be in a directory that is still to be made', async () => {
    await expect(requireReplaceable(join(directory, 'a', 'b', 'file'), { mode: 0o600 })).resolves.toBeUndefined()
    expect(readdirSync(directory)).toEqual([])
  })
})

describe('a file cannot be replaced', () => {
  it.each<[string, () => string, RegExp]>([
    ['in the place of a directory', () => base, /^\/.* is not a file$/],
    ['below a file', () => join(file, 'file'), /^\/.* cannot be looked at: what is above it is no directory$/],
    ['where the file system takes no files', () => '/proc/self/file', /\/proc\/.*file/],
    ['where it takes no directories', () => '/proc/no/file', /\/proc\/.*file/],
  ])('%s', async (_, choose, message) => {
    writeFileSync(file, '')
    const path = choose()
    const error = await refusalOf(() => requireReplaceable(path, { mode: 0o600 }))
    expect(error).toMatchObject({ code: 'configuration', message: expect.stringMatching(message) })
    expect(error.hint).toMatch(/\w/)
  })

  it('where it is immutable', async (context) => {
    writeFileSync(file, 'text')
    setAttribute('+i', file, context)
    const error = await refusalOf(() => requireReplaceable(file, { mode: 0o600 })).finally(() =>
      spawnSync('chattr', ['-i', file]),
    )
    expect(error).toMatchObject({ code: 'configuration', message: `${file} is immutable` })
  })

  it('where its directory takes new names and lets none be exchanged', async (context) => {
    setAttribute('+a', directory, context)
    const error = await refusalOf(() => requireReplaceable(file, { mode: 0o600 })).finally(() =>
      spawnSync('chattr', ['-a', directory]),
    )
    expect(error).toMatchObject({ code: 'configuration', message: expect.stringContaining('file cannot be written') })
  })

  it('where links are needed and cannot be made', async () => {
    const error = await refusalOf(() => requireLinks('/proc/self/key'))
    expect(error).toMatchObject({ code: 'configuration', message: 'no symbolic link can be made in /proc/self' })
  })
})
