import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { buildExecutable } from '../scripts/package/build-executable.ts'
import { version } from '../src/core/version.ts'
import { parseEtcdVersion } from '../src/etcd/versions/flags-by-version.ts'
import { runProgram } from '../src/host/programs/run-program.ts'
import { BenchCluster } from './bench-cluster.ts'
import { fillDatabase } from './fill-database.ts'
import { measureProcess, type ProcessCost } from './measure-process.ts'
import { median } from './median.ts'
import { WriteLoad, type WriteLog } from './write-load.ts'

const rounds = 3
const quietMs = 5000
// As Kubernetes' objects are: many, and not large.
const filling = { totalBytes: 1024 ** 3, valueBytes: 10_000 }

/** What a writer felt while something was done, and what that took. */
interface Felt extends ProcessCost {
  readonly writes: number
  readonly failed: number
  readonly p99Ms: number
  readonly longestMs: number
}

/** Measures saving, verifying, trying and restoring a snapshot of 1 GiB, and what writers feel of a save, as Markdown. */
export async function reportSnapshot(print: (line: string) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  const signet = join(directory, 'signet')
  await buildExecutable(signet, { work: directory, version })
  const cluster = await BenchCluster.start()
  try {
    await fillDatabase(cluster, filling)
    await report(print, { cluster, directory, signet })
  } finally {
    await cluster.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

interface Bench {
  readonly cluster: BenchCluster
  readonly directory: string
  readonly signet: string
}

async function report(print: (line: string) => void, bench: Bench): Promise<void> {
  const { cluster, directory, signet } = bench
  const sandbox = cluster.directory
  const contenders = [
    { title: 'nothing is saved', act: () => idle() },
    { title: '`etcdctl snapshot save`', act: () => plain(bench) },
    { title: '`signet snapshot save`', act: () => ours(bench, sandbox) },
  ]
  const felt = contenders.map(() => [] as Felt[])
  for (let round = 0; round < rounds; round += 1) {
    for (const index of orderOf(round)) felt[index]?.push(await feel(cluster, contenders[index]?.act ?? idle))
  }
  const file = join(directory, 'kept.db')
  await measureProcess(signet, ['snapshot', 'save', `--sandbox=${sandbox}`, `--to=${file}`])
  const gibibytes = (statSync(file).size / 1024 ** 3).toFixed(2)
  const { major, minor, patch } = parseEtcdVersion(await runProgram('etcd', ['--version']))
  print(`## Snapshots of ${gibibytes} GiB, etcd ${major}.${minor}.${patch}\n`)
  print(
    `One member, a writer that writes again as soon as it was answered; medians of ${rounds} rounds, worst in brackets.\n`,
  )
  print('| | seconds | peak memory, MB | writes | failed | p99 of a write, ms | longest, ms |')
  print('|---|---|---|---|---|---|---|')
  for (const [index, { title }] of contenders.entries()) print(formatFelt(title, felt[index] ?? []))
  const ratio = median((felt[2] ?? []).map(({ p99Ms }) => p99Ms)) / median((felt[1] ?? []).map(({ p99Ms }) => p99Ms))
  print(
    `\nThe p99 during ours is ${ratio.toFixed(2)} times that during etcdctl's (target: at most 2, and no failed write).\n`,
  )
  await reportReading(print, bench, { file, sandbox })
}

async function reportReading(
  print: (line: string) => void,
  { signet, cluster, directory }: Bench,
  { file, sandbox }: { readonly file: string; readonly sandbox: string },
): Promise<void> {
  const acts = [
    { title: '`signet snapshot verify`', act: () => measureProcess(signet, ['snapshot', 'verify', file]) },
    {
      title: '`signet snapshot drill`, its etcd too',
      act: () => measureProcess(signet, ['snapshot', 'drill', file, `--sandbox=${sandbox}`]),
    },
    {
      title: 'restoring alone, as `signet recover` does',
      act: () => cluster.restoreBeside(file, join(directory, 'data')),
    },
  ]
  print('| without any writer | seconds | peak memory, MB |')
  print('|---|---|---|')
  for (const { title, act } of acts) {
    const costs: ProcessCost[] = []
    for (let round = 0; round < 3; round += 1) costs.push(await act())
    print(`| ${title} | ${secondsOf(costs)} | ${memoryOf(costs)} |`)
  }
  await cluster.join()
  const { standDown, recover } = await cluster.recover()
  const both = '(memory: etcd, its programs and the daemons)'
  print(
    `| \`signet recover --stand-down\`, one of two gone, once ${both} | ${secondsOf([standDown])} | ${memoryOf([standDown])} |`,
  )
  print(`| \`signet recover\`, once ${both} | ${secondsOf([recover])} | ${memoryOf([recover])} |`)
  print('')
}

// Whoever comes second finds the file in the page cache, and a disk that is still writing.
function orderOf(round: number): readonly number[] {
  return round % 2 === 0 ? [0, 1, 2] : [0, 2, 1]
}

async function idle(): Promise<ProcessCost> {
  await delay(quietMs)
  return { seconds: quietMs / 1000, peakBytes: 0 }
}

async function plain({ cluster, directory }: Bench): Promise<ProcessCost> {
  const file = join(directory, 'plain.db')
  rmSync(file, { force: true })
  return measureProcess('etcdctl', cluster.plainSave(file))
}

async function ours({ signet, directory }: Bench, sandbox: string): Promise<ProcessCost> {
  const file = join(directory, 'ours.db')
  for (const name of ['ours.db', 'ours.json']) rmSync(join(directory, name), { force: true })
  return measureProcess(signet, ['snapshot', 'save', `--sandbox=${sandbox}`, `--to=${file}`])
}

async function feel(cluster: BenchCluster, act: () => Promise<ProcessCost>): Promise<Felt> {
  const load = await WriteLoad.start(cluster.clientUrls, cluster.credential)
  const cost = await act()
  const log = await load.stop()
  await delay(quietMs)
  return { ...cost, ...gapsOf(log) }
}

function gapsOf({ answersMs, failures, endedMs }: WriteLog): Omit<Felt, keyof ProcessCost> {
  const ends = [...answersMs, endedMs]
  const gaps = ends.slice(1).map((end, index) => end - (ends[index] ?? end))
  const sorted = gaps.toSorted((one, other) => one - other)
  const p99Ms = sorted[Math.floor(0.99 * sorted.length)] ?? Number.NaN
  return { writes: answersMs.length, failed: failures.length, p99Ms, longestMs: sorted.at(-1) ?? Number.NaN }
}

function formatFelt(title: string, felt: readonly Felt[]): string {
  const ms = (pick: (one: Felt) => number): string => {
    const values = felt.map(pick)
    return `${median(values).toFixed(0)} (${Math.max(...values).toFixed(0)})`
  }
  const writes = felt.reduce((sum, one) => sum + one.writes, 0).toLocaleString('en')
  const failed = felt.reduce((sum, one) => sum + one.failed, 0)
  const cells = [
    secondsOf(felt),
    memoryOf(felt),
    writes,
    failed,
    ms(({ p99Ms }) => p99Ms),
    ms(({ longestMs }) => longestMs),
  ]
  return `| ${title} | ${cells.join(' | ')} |`
}

function secondsOf(costs: readonly ProcessCost[]): string {
  const seconds = costs.map((cost) => cost.seconds)
  return `${median(seconds).toFixed(1)} (${Math.max(...seconds).toFixed(1)})`
}

function memoryOf(costs: readonly ProcessCost[]): string {
  const peakBytes = Math.max(...costs.map((cost) => cost.peakBytes))
  return peakBytes > 0 ? `${Math.round(peakBytes / 1e6)}` : '—'
}
