import { type Filling, fillDatabase } from './fill-database.ts'
import { contenders, type JoinSample, measureJoins } from './measure-joins.ts'
import { median } from './median.ts'

const rounds = 3
const gibibyte = 1024 ** 3
const fillings: readonly { readonly title: string; readonly filling: Filling }[] = [
  // More entries than etcd keeps in its log (100,000): the new member is sent the database.
  { title: '1 GiB in values of 9 KiB', filling: { totalBytes: gibibyte, valueBytes: 9 * 1024 } },
  // Few entries: the new member is sent the log.
  { title: '1 GiB in values of 1 MiB', filling: { totalBytes: gibibyte, valueBytes: 1000 * 1024 } },
]

/** Measures growing clusters side by side and reports it as Markdown. */
export async function reportJoins(print: (line: string) => void): Promise<void> {
  const samples = contenders.map((): JoinSample[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      samples[index]?.push(...(await measureJoins(contender, 3)))
    }
  }
  print(`## Joins under a steady write load, empty cluster (medians of ${rounds} clusters, worst in brackets)\n`)
  printTable(print, samples)
  for (const { title, filling } of fillings) {
    const filled: (readonly JoinSample[])[] = []
    for (const contender of contenders) {
      filled.push(await measureJoins(contender, 3, (cluster) => fillDatabase(cluster, filling)))
    }
    print(`\n### The same with ${title}, once\n`)
    printTable(print, filled)
  }
}

function printTable(print: (line: string) => void, samples: readonly (readonly JoinSample[])[]): void {
  printHead(print)
  for (const [index, { title }] of contenders.entries()) {
    for (const from of [1, 2]) printRow(print, title, samples[index]?.filter((sample) => sample.from === from) ?? [])
  }
}

function printHead(print: (line: string) => void): void {
  print(
    "| | members | longest write pause, ms | before it, ms | failed writes | command to vote, s | of it etcd's own waits, s |",
  )
  print('|---|---|---|---|---|---|---|')
}

function printRow(print: (line: string) => void, title: string, samples: readonly JoinSample[]): void {
  const from = samples[0]?.from ?? 0
  const failed = samples.reduce((sum, { failures }) => sum + failures.length, 0)
  const writes = samples.reduce((sum, sample) => sum + sample.writes, 0)
  const ms = (pick: (sample: JoinSample) => number): string => spread(samples.map(pick), 1, 0)
  const seconds = (pick: (sample: JoinSample) => number): string => spread(samples.map(pick), 1000, 1)
  const cells = [
    title,
    `${from} → ${from + 1}`,
    ms(({ pauseMs }) => pauseMs),
    ms(({ quietPauseMs }) => quietPauseMs),
    `${failed} of ${writes.toLocaleString('en')}`,
    seconds(({ commandToVoteMs }) => commandToVoteMs),
    seconds(({ etcdWaitMs }) => etcdWaitMs),
  ]
  print(`| ${cells.join(' | ')} |`)
}

function spread(values: readonly number[], divisor: number, digits: number): string {
  const format = (value: number): string => (value / divisor).toFixed(digits)
  return values.length < 2
    ? format(values[0] ?? Number.NaN)
    : `${format(median(values))} (${format(Math.max(...values))})`
}
