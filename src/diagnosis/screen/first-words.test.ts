import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { planLayout } from '../../client/client-layout.ts'
import { type HostLayout, hostLayout } from '../../host/host-layout.ts'
import { formatFirstWords, readRole } from './first-words.ts'

describe('what a host is', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'signet-test-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const roleWith = (...files: readonly string[]): string => {
    for (const file of files) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, '')
    }
    return readRole(hostLayout(root), planLayout(join(root, 'pki')))
  }
  const host = (name: keyof HostLayout): string => `${hostLayout(root)[name]}`

  it('is nothing where nothing is, and unfinished where only the package is', () => {
    expect(roleWith()).toBe('nothing')
    expect(roleWith(host('firstBoot'))).toBe('unfinished')
  })

  it('is a master by a key that was requested, and not by one that kubeadm made', () => {
    const { paths, stateFile } = planLayout(join(root, 'pki'))
    expect(roleWith(paths.key)).toBe('nothing')
    expect(roleWith(stateFile)).toBe('master')
  })

  it('is a member, and once it has the CA key the signer', () => {
    expect(roleWith(host('memberKey'))).toBe('member')
    expect(roleWith(host('caKey'))).toBe('signer')
  })
})

describe('what to type first', () => {
  it.each(['nothing', 'unfinished', 'master', 'member', 'signer'] as const)('takes ten lines at most: %s', (role) => {
    const text = formatFirstWords(role)
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(10)
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(text).toMatch(/^signet: .+:\n {2}(?:signet|\/root)/)
    expect(
      formatFirstWords(role, 60)
        .split('\n')
        .filter((line) => line.length > 60),
    ).toEqual([])
  })
})
