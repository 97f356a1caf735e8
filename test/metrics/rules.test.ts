import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
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
          .replaceAll(
            /signet (?:status|joins|metrics|renew|doctor|snapshot)|signet-(?:metrics|snapshot)[a-z.-]*|\/signet\b[a-z./-]*|(?:prometheus-)?node[-_]exporter/g,
            '',
          )
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

  it('count no days but for the CA and drills: certificates live for 24 h', () => {
    const withDays = alerts.filter(({ expr }) => /86400|\[\d+d\]/.test(expr.replaceAll(/last_over_time\([^)]*\)/g, '')))
    expect(withDays.map(({ alert }) => alert)).toEqual(['SignetCaEnds', 'SignetSnapshotDrillOld'])
  })
})

// That each threshold has a test that would see it move: rule-thresholds.slow.test.ts.
describeWith('promtool', 'promtool', () => {
  // Six seconds of processor time.
  it('takes the rules, and passes their tests', { timeout: 180_000 }, () => {
    expect(
      execFileSync('promtool', ['check', 'rules', join(source, 'signet.rules.yml')], { encoding: 'utf8' }),
    ).toContain(`SUCCESS: ${rules.length} rules found`)
    const { status, stderr } = spawnSync('promtool', ['test', 'rules', join(source, 'signet.test.yml')], {
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([0, ''])
  })

  it.each(alerts)('has a test in which $alert fires and one in which it must not', ({ alert = '' }) => {
    const { tests } = parse(testsText)
    const cases: readonly { alertname: string; exp_alerts?: readonly unknown[] }[] = tests.flatMap(
      (one: { alert_rule_test?: readonly unknown[] }) => one.alert_rule_test ?? [],
    )
    const own = cases.filter(({ alertname }) => alertname === alert).map(({ exp_alerts = [] }) => exp_alerts.length > 0)
    expect(new Set(own)).toEqual(new Set([true, false]))
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
  const { panels }: { panels: { title: string; targets: { expr: string }[] }[] } = JSON.parse(
    readFileSync('packaging/grafana/signet.json', 'utf8'),
  )
  const queries = panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({ title, expr: expr.replaceAll('$cluster', '.*') })),
  )
  const asRules = {
    groups: [{ name: 'dashboard', rules: queries.map(({ expr }, index) => ({ record: `panel:q${index}`, expr })) }],
  }

  it('are queries', () => {
    const { status, stderr } = withFiles([JSON.stringify(asRules)], (file) =>
      spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' }),
    )
    expect([status, stderr]).toEqual([0, ''])
  })

  it('answer for two clusters whose hosts are called alike, and for the worse of the two', () => {
    const series = (name: string, labels: string, one: number, other: number) => [
      { series: `${name}{instance="etcd-1",cluster="a"${labels}}`, values: `${one}x10` },
      { series: `${name}{instance="etcd-1",cluster="b"${labels}}`, values: `${other}x10` },
    ]
    const input = [
      ...series('signet_signer_up', '', 1, 0),
      ...series('signet_build_info', ',version="1"', 1, 1),
      ...series('signet_host_info', ',name="etcd-1",role="signer"', 1, 1),
      ...series('signet:newest_signer', '', 1, 1),
      ...series('signet_masters', ',state="well"', 3, 4),
    ]
    const found = (title: string, count: number, value: number) => {
      const expr = queries.find((query) => query.title === title)?.expr
      return [
        { expr: `count(${expr})`, eval_time: '5m', exp_samples: [{ labels: '{}', value: count }] },
        { expr: `max(${expr})`, eval_time: '5m', exp_samples: [{ labels: '{}', value }] },
      ]
    }
    const test = {
      interval: '1m',
      input_series: input,
      promql_expr_test: [...found('Signer', 1, 0), ...found('Hosts', 2, 1), ...found('Masters', 1, 7)],
    }
    const said = withFiles([JSON.stringify(asRules)], (rulesFile) =>
      withFiles([JSON.stringify({ rule_files: [rulesFile], tests: [test] })], (file) => {
        const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' })
        return [status, `${stdout}${stderr}`]
      }),
    )
    expect(said).toEqual([0, expect.stringContaining('SUCCESS')])
  })
})
