import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { describeWith } from '../support/shell/external-program.ts'

const source = 'packaging/prometheus'
const testsText = readFileSync(join(source, 'signet.test.yml'), 'utf8')
const rulesText = readFileSync(join(source, 'signet.rules.yml'), 'utf8')

describeWith('promtool', 'the tests of the alert rules', () => {
  let scratch: string
  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), 'signet-rules-'))
    cpSync(source, scratch, { recursive: true })
  })
  afterAll(() => rmSync(scratch, { recursive: true }))

  /** Tests other rules, by the groups of tests whose name has this in it. */
  function test(text: string, group: string): number | null {
    const { tests, ...settings } = parse(testsText)
    const some = tests.filter(({ name }: { name: string }) => name.includes(group))
    expect(some).not.toEqual([])
    writeFileSync(join(scratch, 'signet.rules.yml'), text)
    writeFileSync(join(scratch, 'some.test.yml'), JSON.stringify({ ...settings, tests: some }))
    return spawnSync('promtool', ['test', 'rules', join(scratch, 'some.test.yml')]).status
  }

  // Each threshold a little off, either way; each must be noticed.
  it.each([
    ['short below', 'a quarter of the lifetime', '0.25 * max by', '0.26 * max by'],
    ['short below', 'a quarter of the lifetime', '0.25 * max by', '0.24 * max by'],
    ['short below', '6 h where nobody tells the lifetime', '21600', '22000'],
    ['short below', '6 h where nobody tells the lifetime', '21600', '21300'],
    ['renewal is overdue', 'a quarter of what is left', '> 0.25 * (signet', '> 0.24 * (signet'],
    ['renewal is overdue', 'a quarter of what is left', '> 0.25 * (signet', '> 0.26 * (signet'],
    [
      'renewal is overdue',
      'overdue is not expired',
      'signet_certificate_not_after_timestamp_seconds > time()\n        for',
      'signet_certificate_not_after_timestamp_seconds > 0\n        for',
    ],
    ['renewal is overdue', '15 minutes', 'for: 15m', 'for: 14m'],
    ['renewal is overdue', '15 minutes', 'for: 15m', 'for: 17m'],
    ['no signer answers', 'a signer that is away for ten minutes', 'for: 10m', 'for: 8m'],
    ['no signer answers', 'a signer that is away for ten minutes', 'for: 10m', 'for: 11m'],
    ['no signer answers', 'a signer that anybody reaches', '(signet_signer_up) == 1', '(signet_signer_up) == 2'],
    [
      'no signer answers',
      'a signer of whom nobody speaks any more',
      'last_over_time(signet_signer_up[7d])',
      'signet_signer_up',
    ],
    ['CA ends', 'a year', '365 * 86400', '364 * 86400'],
    ['CA ends', 'a year', '365 * 86400', '366 * 86400'],
    ['stale', 'half an hour', '> 1800', '> 1700'],
    ['stale', 'half an hour', '> 1800', '> 1900'],
    ['stale', 'a clock that is ahead', 'abs(time()', '(time()'],
    ['peer port', 'three hours of a probe', '< 10800', '< 10700'],
    ['peer port', 'three hours of a probe', '< 10800', '< 10900'],
    ['peer port', 'one open port', '10800)) > 0', '10800)) > 1'],
    ['joins are open', 'three members', '>= 3', '>= 2'],
    ['joins are open', 'three members', '>= 3', '>= 4'],
    ['joins are open', 'joins that are open', '(signet_joins_open) == 1', '(signet_joins_open) >= 0'],
    ['taken down', 'one master that is overdue', 'signet:newest_signer) > 0', 'signet:newest_signer) > 1'],
    [
      'lost after',
      'the journal of a host that is gone',
      'last_over_time(signet_masters_first_expiry_timestamp_seconds[7d])',
      'signet_masters_first_expiry_timestamp_seconds',
    ],
    [
      'has forgotten',
      'which a living signer overrules',
      'unless on (cluster, instance) (signet_authority_up == 1)',
      'unless on (cluster, instance) (signet_authority_up == 7)',
    ],
    [
      'lost after',
      'the newest signer alone',
      'and on (cluster, instance) signet:newest_signer\n          )\n\n      # When the first master fails by what',
      'and on (cluster) signet:newest_signer\n          )\n\n      # When the first master fails by what',
    ],
    [
      'taken down',
      'masters that answer',
      '(signet_certificate_not_after_timestamp_seconds{kind="client"} > time())\n\n',
      '(last_over_time(signet_certificate_not_after_timestamp_seconds{kind="client"}[7d]))\n\n',
    ],
    ['horizon of members', 'masters, not members', 'seconds{kind="client"} > time())\n\n', 'seconds > time())\n\n'],
    [
      'lost after',
      'what the signer before has known',
      'max_over_time(signet_masters{state="well"}[2d])',
      'signet_masters{state="well"}',
    ],
  ])('have one (%s) that would see that %s is another: %s', (group, _what, threshold, other) => {
    expect(rulesText).toContain(threshold)
    expect(test(rulesText.replace(threshold, other), group)).toBe(1)
  })
})
