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

/** Of one member's alert, from its act to how long it waits. */
function alertOf(act: string): string {
  const from = rulesText.indexOf(`abs(time() - signet:snapshot_fresh_timestamp_seconds{act="${act}"})`)
  return rulesText.slice(from, rulesText.indexOf('labels:', from))
}
const [saveOld, copyOld] = ['save', 'copy'].map(alertOf) as [string, string]

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
    ['no signer answers', 'a signer that anybody reaches', 'signet_signer_up == 1\n', 'signet_signer_up == 2\n'],
    [
      'no signer answers',
      'a signer of whom nobody speaks any more',
      'last_over_time(signet_signer_up[7d])',
      'signet_signer_up',
    ],
    ['whose timer is stopped', 'half an hour', '> 1800)', '> 1740)'],
    ['whose timer is stopped', 'half an hour', '> 1800)', '> 1920)'],
    [
      'of one member is stopped',
      'half an hour',
      '> 1800)\n          )\n        for',
      '> 1740)\n          )\n        for',
    ],
    [
      'of one member is stopped',
      'half an hour',
      '> 1800)\n          )\n        for',
      '> 1860)\n          )\n        for',
    ],
    ['gone from under', 'half an hour', 'for: 30m', 'for: 29m'],
    ['gone from under', 'half an hour', 'for: 30m', 'for: 31m'],
    ['gone from under', 'an exporter that answers', '(up == 1)', '(up >= 0)'],
    ['two hosts', 'more than one', '(signet_authority_up)) > 1', '(signet_authority_up)) > 2'],
    ['two hosts', 'more than one', '(signet_authority_up)) > 1', '(signet_authority_up)) > 0'],
    [
      'two jobs',
      'each member once',
      'count by (cluster) (count by (cluster, name)',
      'count by (cluster) (count by (name, job)',
    ],
    [
      'clock of the signer',
      'those that are there',
      'unless on (cluster) signet_signer_since',
      'unless on (cluster, instance) signet_signer_since',
    ],
    ['built anew', 'the same address', 'seconds[2d]) > 0)', 'seconds[2d]) > 1)'],
    ['CA ends', 'a year', '365 * 86400', '364 * 86400'],
    ['CA ends', 'a year', '365 * 86400', '366 * 86400'],
    ['stale', 'half an hour', '> 1800\n', '> 1700\n'],
    ['stale', 'half an hour', '> 1800\n', '> 1900\n'],
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
      '(signet_certificate_not_after_timestamp_seconds{kind="client"} > time())\n              unless',
      '(last_over_time(signet_certificate_not_after_timestamp_seconds{kind="client"}[7d]))\n              unless',
    ],
    [
      'horizon of members',
      'masters, not members',
      'seconds{kind="client"} > time())\n              unless',
      'seconds > time())\n              unless',
    ],
    [
      'lost after',
      'what the signer before has known',
      'max_over_time(signet_masters{state="well"}[2d])',
      'signet_masters{state="well"}',
    ],
    ['one of three members', 'one member: three periods', saveOld, saveOld.replace('3 *', '2.9 *')],
    ['one of three members', 'one member: three periods', saveOld, saveOld.replace('3 *', '3.1 *')],
    ['one of three members', 'one member: an hour', saveOld, saveOld.replace('1h', '59m')],
    ['one of three members', 'one member: an hour', saveOld, saveOld.replace('1h', '62m')],
    ['all members are lost', 'the cluster: three periods', '3 * max by (cluster) (', '2.9 * max by (cluster) ('],
    ['all members are lost', 'the cluster: three periods', '3 * max by (cluster) (', '3.1 * max by (cluster) ('],
    [
      'all members are lost',
      'the cluster: half an hour',
      'act="save"}[7d]))\n        for: 30m',
      'act="save"}[7d]))\n        for: 29m',
    ],
    [
      'all members are lost',
      'the cluster: half an hour',
      'act="save"}[7d]))\n        for: 30m',
      'act="save"}[7d]))\n        for: 31m',
    ],
    [
      'all members are lost',
      'what a host that is gone has saved',
      'last_over_time(signet:snapshot_fresh',
      '(signet:snapshot_fresh',
    ],
    ['one of three members', 'the newest of all', 'time() - max by (cluster)', 'time() - min by (cluster)'],
    ['never saved', 'a member since', '0 * max by (cluster, instance, act)', '-1 * max by (cluster, instance, act)'],
    ['never saved', 'a clock that is ahead', 'abs(time() - signet:snapshot_fresh', '(time() - signet:snapshot_fresh'],
    ['copies that grow old', 'when it was taken', 'or signet_snapshot_taken', 'or signet_snapshot_last_success'],
    ['copies that grow old', 'the copy: three periods', copyOld, copyOld.replace('3 *', '2.9 *')],
    ['copies that grow old', 'the copy: three periods', copyOld, copyOld.replace('3 *', '3.1 *')],
    ['copies that grow old', 'the copy: an hour', copyOld, copyOld.replace('1h', '59m')],
    ['copies that grow old', 'the copy: an hour', copyOld, copyOld.replace('1h', '62m')],
    ['five weeks', '35 days', '> 35 * 86400', '> 34 * 86400'],
    ['five weeks', '35 days', '> 35 * 86400', '> 35 * 86400 + 60'],
    ['five weeks', 'drills and fetched copies', 'failed{act=~"drill|fetch"}) == 1', 'failed) == 1'],
    ['five weeks', 'ten minutes of a drill that failed', '== 1\n        for: 10m', '== 1\n        for: 9m'],
    ['five weeks', 'ten minutes of a drill that failed', '== 1\n        for: 10m', '== 1\n        for: 12m'],
    [
      'little room',
      'two of them',
      '2 * max by (cluster, instance) (signet_snapshot_bytes',
      '1.9 * max by (cluster, instance) (signet_snapshot_bytes',
    ],
    [
      'little room',
      'two of them',
      '2 * max by (cluster, instance) (signet_snapshot_bytes',
      '2.1 * max by (cluster, instance) (signet_snapshot_bytes',
    ],
  ])('have one (%s) that would see that %s is another: %s', (group, _what, threshold, other) => {
    expect(rulesText).toContain(threshold)
    expect(test(rulesText.replace(threshold, other), group)).toBe(1)
  })
})
