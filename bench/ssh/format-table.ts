import type { Row } from './measure-side-by-side.ts'
import type { OpensslSpeed } from './openssl-speed.ts'

const head = [
  '| | clients | a second | p50 ms | p99 ms | CPU ms each | memory MB | failed |',
  '|---|---|---|---|---|---|---|---|',
]

/** The figures as a Markdown table. */
export function formatTable(rows: readonly Row[], openssl: OpensslSpeed | undefined): readonly string[] {
  return [...head, ...rows.map(formatRow), ...(openssl === undefined ? [] : [formatOpenssl(openssl)])]
}

function formatRow(row: Row): string {
  const { title, clients, perSecond, p50Ms, p99Ms, cpuMsPerAnswer, memoryBytes, answered, failed } = row
  const lost = failed === 0 ? '0' : `${failed} of ${failed + answered}`
  const cells = [title, clients, round(perSecond), p50Ms.toFixed(0), p99Ms.toFixed(0), cpuMsPerAnswer.toFixed(2)]
  return `| ${[...cells, Math.round(memoryBytes / 1e6), lost].join(' | ')} |`
}

// A CSR's signature must be verified and a certificate signed: nobody can do with less.
function formatOpenssl({ signsPerSecond, verifiesPerSecond }: OpensslSpeed): string {
  const ms = 1000 / signsPerSecond + 1000 / verifiesPerSecond
  return `| floor: \`openssl speed\`, verify and sign, one core | | ${round(1000 / ms)} | | | ${ms.toFixed(2)} | | |`
}

function round(value: number): string {
  return Math.round(value).toLocaleString('en')
}
