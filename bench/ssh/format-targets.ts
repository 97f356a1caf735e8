import type { ContenderName } from './lineup.ts'
import type { Row } from './measure-side-by-side.ts'

interface Judgement {
  readonly target: string
  readonly measured: string
  readonly isMet: boolean
}

const most = 1000
const many = 256

/** What we set out to reach, and what was measured, as a Markdown table. */
export function formatTargets(rows: readonly Row[]): readonly string[] {
  const judgements = [...againstFloor(rows), ...againstHomeMade(rows), ...alone(rows)]
  const lines = judgements.map(({ target, measured, isMet }) => `| ${target} | ${measured} | ${isMet ? 'yes' : 'no'} |`)
  return ['| target | measured | met |', '|---|---|---|', ...lines]
}

function againstFloor(rows: readonly Row[]): Judgement[] {
  return pairs(rows, 'floor').map(([own, floor]) => {
    const share = own.perSecond / floor.perSecond
    const target = `at least 85 % of its floor's calls a second, ${own.clients} clients`
    return { target, measured: `${(share * 100).toFixed(0)} %`, isMet: share >= 0.85 }
  })
}

function againstHomeMade(rows: readonly Row[]): Judgement[] {
  return pairs(rows, 'homeMade')
    .filter(([{ clients }]) => clients > 1)
    .flatMap(([own, other]) => {
      const faster = own.perSecond / other.perSecond
      const leaner = other.cpuMsPerAnswer / own.cpuMsPerAnswer
      const clients = `${own.clients} clients`
      return [
        { target: `10 times the home-made signer, ${clients}`, measured: times(faster), isMet: faster >= 10 },
        { target: `a 15th of its CPU time, ${clients}`, measured: `1 / ${leaner.toFixed(1)}`, isMet: leaner >= 15 },
      ]
    })
}

function alone(rows: readonly Row[]): Judgement[] {
  const [own, busiest] = [find(rows, 'embedded', many), find(rows, 'embedded', most)]
  const tail = own === undefined ? Number.NaN : own.p99Ms / own.p50Ms
  const failed = busiest?.failed ?? Number.NaN
  return [
    { target: `p99 at most twice p50, ${many} clients`, measured: times(tail), isMet: tail <= 2 },
    { target: `no failed call, ${most} clients`, measured: `${failed} failed`, isMet: failed === 0 },
  ]
}

function pairs(rows: readonly Row[], other: ContenderName): [Row, Row][] {
  return rows.flatMap((own): [Row, Row][] => {
    const against = own.name === 'embedded' ? find(rows, other, own.clients) : undefined
    return against === undefined ? [] : [[own, against]]
  })
}

function find(rows: readonly Row[], name: ContenderName, clients: number): Row | undefined {
  return rows.find((row) => row.name === name && row.clients === clients)
}

function times(value: number): string {
  return `${value.toFixed(1)} times`
}
