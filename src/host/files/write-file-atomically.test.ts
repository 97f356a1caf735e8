import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeFileAtomically } from './write-file-atomically.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-write-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('writeFileAtomically', () => {
  it('writes with the mode that was asked for, whatever the umask', async () => {
    const path = join(directory, 'a')
    await writeFileAtomically(path, 'hello', { mode: 0o666 })
    expect(readFileSync(path, 'utf8')).toBe('hello')
    expect(statSync(path).mode & 0o777).toBe(0o666)
  })

  it('replaces a file, and a link without touching what it points to', async () => {
    const target = join(directory, 'target')
    const link = join(directory, 'link')
    writeFileSync(target, 'old')
    symlinkSync(target, link)
    await writeFileAtomically(link, 'new', { mode: 0o600 })
    expect(readFileSync(link, 'utf8')).toBe('new')
    expect(readFileSync(target, 'utf8')).toBe('old')
  })

  it('leaves nothing behind when it cannot put the file in place', async () => {
    const keep = join(directory, 'keep')
    await writeFileAtomically(keep, 'old', { mode: 0o600 })
    await expect(writeFileAtomically(join(directory, 'absent', 'b'), 'b', { mode: 0o600 })).rejects.toThrow('ENOENT')
    mkdirSync(join(directory, 'taken'))
    await expect(writeFileAtomically(join(directory, 'taken'), 'b', { mode: 0o600 })).rejects.toThrow('EISDIR')
    expect(readdirSync(directory).sort()).toEqual(['keep', 'taken'])
    expect(readFileSync(keep, 'utf8')).toBe('old')
  })
})
