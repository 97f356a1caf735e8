import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCaCertificate } from '../src/authority/create-ca.ts'
import { formatPem } from '../src/x509/pem.ts'
import { writeCsr } from '../src/x509/write-csr.ts'
import { applyLoad, type Measured } from './ssh/apply-load.ts'
import { type BenchCa, type Contender, NotHere } from './ssh/contender.ts'
import { CpuAccount } from './ssh/cpu-account.ts'
import { startHomeMade } from './ssh/home-made-contender.ts'
import { startEmbedded, startFloor } from './ssh/node-contenders.ts'

type Print = (line: string) => void

const levels = [1, 64, 256, 1000]
const durationMs = 5000
const maxCalls = 20_000
const names = 200

const contenders: readonly { readonly start: (ca: BenchCa) => Promise<Contender>; readonly expected: string }[] = [
  { start: startEmbedded, expected: '-----BEGIN CERTIFICATE-----' },
  { start: startFloor, expected: 'ok' },
  { start: startHomeMade, expected: '-----BEGIN CERTIFICATE-----' },
]

/** Measures SSH fronts side by side, and reports them as Markdown. */
export async function reportSsh(print: Print): Promise<void> {
  const csrs = makeCsrs()
  print(`## Certificates over SSH, each call a connection of its own; ${durationMs / 1000} s at each level\n`)
  print('| | clients | a second | p50 ms | p99 ms | CPU ms a certificate | RSS MB | failed |')
  print('|---|---|---|---|---|---|---|---|')
  for (const { start, expected } of contenders) {
    await withContender(start, print, async (contender, cpu) => {
      await applyLoad(contender, { clients: 8, durationMs: 1500, maxCalls, csrs, expected, cpu })
      for (const clients of levels) {
        const measured = await applyLoad(contender, { clients, durationMs, maxCalls, csrs, expected, cpu })
        print(formatRow(contender.title, clients, measured))
      }
    })
  }
  print('')
}

/** Sees whether memory stays flat over many requests. */
export async function reportMemory(print: Print): Promise<void> {
  const calls = Number(process.env['SIGNET_BENCH_CALLS'] ?? 100_000)
  const csrs = makeCsrs()
  await withContender(startEmbedded, print, async (contender, cpu) => {
    const load = { clients: 64, durationMs: 3_600_000, maxCalls: calls, csrs, expected: 'BEGIN CERTIFICATE', cpu }
    const { answered, failed, rssSamples, perSecond } = await applyLoad(contender, load)
    const tenth = (number: number): number => meanMb(rssSamples, number)
    print(
      `## Memory over ${answered.toLocaleString('en')} certificates, 64 clients, ${Math.round(perSecond)} a second\n`,
    )
    print('RSS of authority and endpoint together, the mean of each tenth in MB:')
    print(Array.from({ length: 10 }, (_, index) => tenth(index)).join(', '))
    print(`\nThe last is ${(tenth(9) / tenth(1)).toFixed(2)} times the second; ${failed} calls failed.\n`)
  })
}

function meanMb(samples: readonly number[], tenth: number): number {
  const size = samples.length / 10
  const part = samples.slice(Math.floor(tenth * size), Math.floor((tenth + 1) * size))
  return Math.round(part.reduce((sum, bytes) => sum + bytes, 0) / part.length / 1e6)
}

async function withContender(
  start: (ca: BenchCa) => Promise<Contender>,
  print: Print,
  use: (contender: Contender, cpu: CpuAccount) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  try {
    const contender = await start(makeCa(directory))
    const cpu = new CpuAccount(contender.pids)
    await use(contender, cpu).finally(() => contender.stop())
    cpu.close()
  } catch (error) {
    if (!(error instanceof NotHere)) throw error
    print(`| not measured: ${error.message} | | | | | | | |`)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function formatRow(title: string, clients: number, measured: Measured): string {
  const { perSecond, p50Ms, p99Ms, cpuMsPerAnswer, rssBytes, failed, answered, failures } = measured
  const why = Object.keys(failures).slice(0, 2).join('; ')
  const lost = failed === 0 ? '0' : `${failed} of ${failed + answered} (${why})`
  const cells = [title, clients, Math.round(perSecond), p50Ms.toFixed(0), p99Ms.toFixed(0), cpuMsPerAnswer.toFixed(2)]
  return `| ${[...cells, Math.round(rssBytes / 1e6), lost].join(' | ')} |`
}

function makeCsrs(): { readonly name: string; readonly base64: string }[] {
  return Array.from({ length: names }, (_, index) => {
    const name = `kubemaster-${index}`
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = formatPem('CERTIFICATE REQUEST', writeCsr(name, privateKey))
    return { name, base64: Buffer.from(pem).toString('base64') }
  })
}

function makeCa(directory: string): BenchCa {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const der = createCaCertificate({ key: privateKey, nowMs: Date.now(), serial: randomBytes(16) })
  const [certificateFile, keyFile] = [join(directory, 'signet-ca.crt'), join(directory, 'signet-ca.key')]
  writeFileSync(certificateFile, formatPem('CERTIFICATE', der))
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return { directory, certificateFile, keyFile }
}
