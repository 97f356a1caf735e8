import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { metricNames } from '../../src/diagnosis/metrics/metric-table.ts'
import { describeWith, withFiles } from '../support/shell/external-program.ts'

const source = 'packaging/prometheus'
const testsText = readFileSync(join(source, 'signet.test.yml'), 'utf8')
const rulesText = readFileSync(join(source, 'signet.rules.yml'), 'utf8')

interface Rule {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly annotations?: Readonly<Record<string, string>>
}
const rules: readonly Rule[] = parse(rulesText).groups.flatMap((group: { rules: Rule[] }) => group.rules)
const alerts = rules.filter(({ alert }) => alert !== undefined)

/** node_exporter's own. */
const foreign = ['node_textfile_mtime_seconds']
const recorded = rules.flatMap(({ record }) => (record === undefined ? [] : [record]))

/** The series that a query asks for. */
function seriesIn(expression: string): readonly string[] {
  return expression.match(/\b(?:signet|node)[a-z_]*:?[a-z0-9_]*/g) ?? []
}

const known = new Set<string>([...metricNames, ...recorded, ...foreign])

describe('the alert rules', () => {
  it('ask for series that are written, and for no others', () => {
    const asked = rules
      .flatMap(({ expr, annotations = {} }) => [expr, annotations['description'] ?? ''])
      .map((text) =>
        text
          .replaceAll(/signet (?:status|joins|metrics|renew|doctor)|signet-metrics[a-z.-]*/g, '')
          .replaceAll(/"[^"]*prom"/g, ''),
      )
    expect(asked.flatMap(seriesIn).filter((name) => !known.has(name))).toEqual([])
  })

  it.each(alerts)('$alert leads to a heading of the RUNBOOK', ({ alert = '', annotations = {} }) => {
    expect(annotations['runbook_url']).toBe(`file:///usr/share/doc/signet/RUNBOOK.md#alert-${alert.toLowerCase()}`)
    expect(readFileSync('docs/RUNBOOK.md', 'utf8')).toMatch(new RegExp(`^### Alert: ${alert}$`, 'm'))
  })

  it('are all that the RUNBOOK has headings for', () => {
    const headings = [...readFileSync('docs/RUNBOOK.md', 'utf8').matchAll(/^### Alert: (\w+)$/gm)].map(
      ([, name]) => name,
    )
    expect(headings.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted())
  })

  it('count no days but for the CA: certificates live for 24 h', () => {
    const withDays = alerts.filter(({ expr }) => /86400|\[\d+d\]/.test(expr.replaceAll(/last_over_time\([^)]*\)/g, '')))
    expect(withDays.map(({ alert }) => alert)).toEqual(['SignetCaEnds'])
  })
})

describeWith('promtool', 'promtool', () => {
  let scratch: string
  beforeAll(() => {
    scratch = mkdtempSync(join(tmpdir(), 'signet-rules-'))
    cpSync(source, scratch, { recursive: true })
  })
  afterAll(() => rmSync(scratch, { recursive: true }))

  /** Tests other rules, by the groups of tests whose name has this in it. */
  function test(text: string, group = ''): number | null {
    const { tests, ...settings } = parse(testsText)
    const some = tests.filter(({ name }: { name: string }) => name.includes(group))
    expect(some).not.toEqual([])
    writeFileSync(join(scratch, 'signet.rules.yml'), text)
    writeFileSync(join(scratch, 'some.test.yml'), JSON.stringify({ ...settings, tests: some }))
    return spawnSync('promtool', ['test', 'rules', join(scratch, 'some.test.yml')]).status
  }

  it('takes the rules, and passes their tests', () => {
    expect(
      execFileSync('promtool', ['check', 'rules', join(source, 'signet.rules.yml')], { encoding: 'utf8' }),
    ).toContain(`SUCCESS: ${rules.length} rules found`)
    expect(test(rulesText)).toBe(0)
  })

  it.each(alerts)('has a test in which $alert fires and one in which it must not', ({ alert = '' }) => {
    const { tests } = parse(testsText)
    const cases: readonly { alertname: string; exp_alerts?: readonly unknown[] }[] = tests.flatMap(
      (one: { alert_rule_test?: readonly unknown[] }) => one.alert_rule_test ?? [],
    )
    const own = cases.filter(({ alertname }) => alertname === alert).map(({ exp_alerts = [] }) => exp_alerts.length > 0)
    expect(new Set(own)).toEqual(new Set([true, false]))
  })

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
  ])('has a test (%s) that would see that %s is another: %s', (group, _what, threshold, other) => {
    expect(rulesText).toContain(threshold)
    expect(test(rulesText.replace(threshold, other), group)).toBe(1)
  })
})

describe('the dashboard', () => {
  const dashboard = JSON.parse(readFileSync('packaging/grafana/signet.json', 'utf8'))
  const panels: readonly {
    id: number
    title: string
    datasource: { uid: string }
    targets: readonly { expr: string; datasource: { uid: string } }[]
  }[] = dashboard.panels

  it.each(panels)('asks for series that are written: $title', ({ targets }) => {
    const asked = targets.flatMap(({ expr }) => seriesIn(expr.replaceAll(/"[^"]*"/g, '""')))
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter((name) => !known.has(name))).toEqual([])
  })

  it('shows each series that is written, but for what the rules make of it', () => {
    const asked = new Set([
      ...panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => seriesIn(expr))),
      ...rules.flatMap(({ expr }) => seriesIn(expr)),
    ])
    expect(metricNames.filter((name) => !asked.has(name))).toEqual([])
  })

  it('can be imported anywhere: no data source of its own, no id, no inputs', () => {
    expect(dashboard).toMatchObject({ uid: 'signet', id: null, editable: false })
    expect(dashboard['__inputs']).toBeUndefined()
    expect(dashboard.schemaVersion).toBeLessThanOrEqual(39)
    const sources = panels.flatMap(({ datasource, targets }) => [
      datasource,
      ...targets.map((target) => target.datasource),
    ])
    expect(new Set(sources.map(({ uid }) => uid))).toEqual(new Set(['$datasource']))
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  })
})

describeWith('promtool', 'the queries of the dashboard', () => {
  it('are queries', () => {
    const dashboard: { panels: { targets: { expr: string }[] }[] } = JSON.parse(
      readFileSync('packaging/grafana/signet.json', 'utf8'),
    )
    const expressions = dashboard.panels.flatMap(({ targets }) =>
      targets.map(({ expr }) => expr.replaceAll('$cluster', '.*')),
    )
    const text = JSON.stringify({
      groups: [{ name: 'dashboard', rules: expressions.map((expr, index) => ({ record: `panel:q${index}`, expr })) }],
    })
    const { status, stderr } = withFiles([text], (file) =>
      spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' }),
    )
    expect([status, stderr]).toEqual([0, ''])
  })
})
