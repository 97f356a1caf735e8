import { drawBars } from './ssh/draw-bars.ts'
import { formatTable } from './ssh/format-table.ts'
import { formatTargets } from './ssh/format-targets.ts'
import { type ContenderName, withLineup } from './ssh/lineup.ts'
import { measureSideBySide, type Row } from './ssh/measure-side-by-side.ts'
import { measureOpenssl } from './ssh/openssl-speed.ts'

const order: readonly ContenderName[] = ['embedded', 'openssh', 'homeMade', 'cfssl', 'stepCa', 'floor']
const rounds = Number(process.env['SIGNET_BENCH_ROUNDS'] ?? 3)
const plan = { levels: [1, 64, 256, 1000], rounds, durationMs: 3000 }
const drawnClients = 256

/** Measures signers side by side, and reports them as Markdown and a chart. */
export async function reportSsh(
  print: (line: string) => void,
  draw: (name: string, svg: string) => void,
): Promise<void> {
  const openssl = measureOpenssl()
  const { rows, absent } = await withLineup(order, async ({ entrants, absent: reasons }) => ({
    rows: await measureSideBySide(entrants, plan),
    absent: reasons,
  }))
  const seconds = plan.durationMs / 1000
  print(
    `## Certificates: medians of ${plan.rounds} rounds, ${seconds} s of each contender at each level in each round\n`,
  )
  for (const line of formatTable(rows, openssl)) print(line)
  for (const reason of absent) print(`\nNot measured: ${reason}.`)
  print('')
  for (const line of formatTargets(rows)) print(line)
  print('')
  draw('ssh', drawChart(rows.filter(({ clients }) => clients === drawnClients)))
}

function drawChart(rows: readonly Row[]): string {
  return drawBars(rows, [
    {
      title: `Certificates a second, ${drawnClients} clients`,
      read: ({ perSecond }) => perSecond,
      format: (value) => value.toFixed(0),
    },
    {
      title: 'CPU time of the server for each, ms',
      read: ({ cpuMsPerAnswer }) => cpuMsPerAnswer,
      format: (value) => value.toFixed(1),
    },
  ])
}
