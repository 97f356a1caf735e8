import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEtcdVersion } from '../src/etcd/versions/flags-by-version.ts'
import { runProgram } from '../src/host/programs/run-program.ts'
import { fillDatabase } from './fill-database.ts'
import { contenders, diskControl, type JoinSample, measureJoins, strangerControl } from './measure-joins.ts'
import { median } from './median.ts'

const rounds = 3
// Just below etcd's limit of 1.5 MiB a request, and quick to write.
const filling = { totalBytes: 1024 ** 3, valueBytes: 1000 * 1024 }

/** Measures growing clusters side by side and reports it as Markdown. */
export async function reportJoins(print: (line: string) => void): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  const all = [...contenders, strangerControl]
  const samples = all.map((): JoinSample[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contender] of all.entries()) samples[index]?.push(...(await measureJoins(contender, 3)))
  }
  const { major, minor, patch } = parseEtcdVersion(await runProgram('etcd', ['--version']))
  print(`## Joins under a steady write load, etcd ${major}.${minor}.${patch}\n`)
  print(`### Empty cluster (medians of ${rounds} clusters, worst in brackets)\n`)
  printHead(print)
  for (const [index, { title }] of all.entries()) printRows(print, title, samples[index] ?? [])
  await reportLargeJoins(print)
}

// Of a cluster that was filled a moment ago a new member gets the log, of any other the database: both are measured.
async function reportLargeJoins(print: (line: string) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  const remove = (): void => rmSync(directory, { recursive: true, force: true })
  process.once('exit', remove)
  const file = join(directory, 'snapshot.db')
  const [ours] = contenders
  const fromLog = await measureJoins(ours, 3, async (cluster) => {
    await fillDatabase(cluster, filling)
    await cluster.saveDatabase(file)
  })
  print('\n### The same with 1 GiB of data, once\n')
  printHead(print)
  for (const contender of [...contenders, diskControl(file)]) {
    printRows(print, contender.title, await measureJoins(contender, 3, (cluster) => cluster.restoreDatabase(file)))
  }
  printRows(print, `${ours.title}, the 1 GiB written just before`, fromLog)
  remove()
}

function printRows(print: (line: string) => void, title: string, samples: readonly JoinSample[]): void {
  for (const from of [1, 2]) {
    const same = samples.filter((sample) => sample.from === from)
    printRow(print, title, same)
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
