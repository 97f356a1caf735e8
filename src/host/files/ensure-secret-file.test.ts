import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { ensureSecretFile } from './ensure-secret-file.ts'

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-secret-'))
  path = join(directory, 'key')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('ensureSecretFile', () => {
  it('makes the secret once, for its owner alone', async () => {
    expect(await ensureSecretFile(path, () => 'first')).toBe('first')
    expect(await ensureSecretFile(path, () => 'second')).toBe('first')
    expect(readFileSync(path, 'utf8')).toBe('first')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('refuses a secret that every account could have read', async () => {
    writeFileSync(path, 'known')
    chmodSync(path, 0o644)
    expect((await refusalOf(ensureSecretFile(path, () => 'x'))).code).toBe('configuration')
  })

  it('says which file it cannot make', async () => {
    const refusal = await refusalOf(ensureSecretFile(join(directory, 'absent', 'key'), () => 'x'))
    expect(refusal.code).toBe('configuration')
    expect(refusal.message).toContain('absent/key cannot be written')
  })
})
