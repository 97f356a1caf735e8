import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fillDatabase } from './fill-database.ts'
import { contenders, type JoinSample, measureJoins } from './measure-joins.ts'
import { median } from './median.ts'

const rounds = 3
// Just below etcd's limit of 1.5 MiB a request, and quick to write.
const filling = { totalBytes: 1024 ** 3, valueBytes: 1000 * 1024 }

/** Measures growing clusters side by side and reports it as Markdown. */
export async function reportJoins(print: (line: string) => void): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  const samples = contenders.map((): JoinSample[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      samples[index]?.push(...(await measureJoins(contender, 3)))
    }
  }
  print(`## Joins under a steady write load, empty cluster (medians of ${rounds} clusters, worst in brackets)\n`)
  printTable(print, samples)
  await reportLargeJoins(print)
}

// Of a cluster that was filled a moment ago a new member gets the log, of any other the database: both are measured.
async function reportLargeJoins(print: (line: string) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  const file = join(directory, 'snapshot.db')
  try {
    const [ours] = contenders
    const fromLog = await measureJoins(ours, 3, async (cluster) => {
      await fillDatabase(cluster, filling)
      await cluster.saveDatabase(file)
    })
    const fromDatabase: (readonly JoinSample[])[] = []
    for (const contender of contenders) {
      fromDatabase.push(await measureJoins(contender, 3, (cluster) => cluster.restoreDatabase(file)))
    }
    print('\n### The same with 1 GiB of data, once\n')
    printTable(print, fromDatabase)
    for (const sample of fromLog) printRow(print, `${ours.title}, the 1 GiB written just before`, [sample])
  } finally {
    rmSync(directory, { recursive: true, force: true })
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
