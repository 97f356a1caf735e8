import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { parseSnapshotConfig } from './snapshot-config.ts'

const parse = (text: string) => parseSnapshotConfig(text, 'snapshot.yaml')

describe('snapshot.yaml', () => {
  it('need not be there, nor say anything', () => {
    const usual = { save: { every: 3600 }, keep: { all: 86_400, daily: 14 * 86_400 }, recipients: [] }
    for (const text of ['', '# nothing\n', '{}', 'save: {}']) expect(parse(text)).toEqual(usual)
  })

  it('says how often, what is kept, how much, and where copies go', () => {
    const recipients = [`age1${'q'.repeat(58)}`, `ssh-ed25519 ${'A'.repeat(68)} root@vault`]
    const text = `save: {every: 15m}
keep: {all: 2d, daily: 30d}
maxBytes: 20GiB
copy: /usr/local/sbin/copy-snapshot
fetch: /usr/local/sbin/fetch-snapshot
recipients: [${recipients.join(', ')}]`
    expect(parse(text)).toEqual({
      save: { every: 900 },
      keep: { all: 172_800, daily: 2_592_000 },
      maxBytes: 20 * 1024 ** 3,
      copy: '/usr/local/sbin/copy-snapshot',
      fetch: '/usr/local/sbin/fetch-snapshot',
      recipients,
    })
  })

  it.each([
    ['a misspelt key', 'saves: {every: 1h}', 'saves'],
    ['a save every minute', 'save: {every: 1m}', 'save.every'],
    ['a save every week', 'save: {every: 7d}', 'save.every'],
    ['a bare number', 'save: {every: 3600}', 'save.every'],
    ['a day that is none', 'keep: {daily: some}', 'keep.daily'],
    ['to keep nothing', 'keep: {all: 1s}', 'keep.all'],
    ['a bare number of bytes', 'maxBytes: 1000', 'maxBytes'],
    ['a program without its directory', 'copy: rsync', 'copy'],
    ['a program that is a directory', 'copy: /usr/local/', 'copy'],
    ['a program in two lines', 'copy: "/usr/bin/a\\n/usr/bin/b"', 'copy'],
    ['a recipient that is a private key', `recipients: [AGE-SECRET-KEY-1${'Q'.repeat(58)}]`, 'recipients.0'],
    ['a recipient in two lines', `recipients: ["age1${'q'.repeat(58)}\\nage1"]`, 'recipients.0'],
    ['an option for age', 'recipients: ["-i /etc/shadow"]', 'recipients.0'],
    ['a list', '- save', 'is not right'],
  ])('is refused with %s', (_, text, field) => {
    const { code, message, hint } = syncRefusalOf(() => parse(text))
    expect([code, message]).toEqual(['configuration', expect.stringContaining(field)])
    expect(hint).not.toBe('')
    expect(`${message} ${hint}`).not.toContain('SECRET')
  })

  it('is refused where it is no YAML, or says a thing twice', () => {
    for (const text of ['save: {', 'copy: /a/b\ncopy: /c/d']) {
      expect(syncRefusalOf(() => parse(text))).toMatchObject({ code: 'configuration' })
    }
  })
})
