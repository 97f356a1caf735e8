import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findBarrier } from './find-barrier.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-barrier-'))
  chmodSync(directory, 0o755)
  mkdirSync(join(directory, 'a/b'), { recursive: true })
  for (const name of ['a', 'a/b']) chmodSync(join(directory, name), 0o755)
})
afterEach(() => rmSync(directory, { recursive: true }))

const at = (name: string): string => join(directory, name)
const isRoot = process.getuid?.() === 0
if (!isRoot) process.stderr.write('who may pass a directory is not asked as another account: only root can\n')

// An account that every Debian has, in its own group alone.
describe.skipIf(!isRoot)('what keeps the account games away', () => {
  it('is nothing where everybody may pass, and nothing where no directory is yet', async () => {
    expect(await findBarrier('games', [at('a/b'), at('a/none/at all')])).toBeUndefined()
  })

  it.each([0o700, 0o750, 0o644])('is a directory above of mode %o', async (mode) => {
    chmodSync(at('a'), mode)
    expect(await findBarrier('games', [directory, at('a/b')])).toBe(at('a'))
  })

  it('is the directory itself', async () => {
    chmodSync(at('a/b'), 0o700)
    expect(await findBarrier('games', [at('a'), at('a/b')])).toBe(at('a/b'))
  })

  it('is nothing where its group may pass', async () => {
    chmodSync(at('a'), 0o750)
    chownSync(at('a'), 0, 60)
    expect(await findBarrier('games', [at('a/b')])).toBeUndefined()
  })
})

it('nothing keeps an account away of which nothing can be told', async () => {
  const fail = async (): Promise<string> => {
    throw new Error('there is no setpriv')
  }
  expect(await findBarrier('games', ['/etc'], fail)).toBeUndefined()
})
