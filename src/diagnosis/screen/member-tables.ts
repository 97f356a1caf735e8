import { formatSize, type MemberRow } from '../../cluster/format-member-list.ts'
import { type Cell, formatTable, type Table } from './format-table.ts'
import type { Screen } from './screen.ts'
import { withoutControls, wrapText } from './wrap-text.ts'

type Column = readonly [heading: string, cell: (row: MemberRow) => Cell]

const name: Column = ['NAME', (row) => row.name || '-']
const role: Column = ['ROLE', (row) => row.role]
const health: Column = ['HEALTH', tellHealth]
const clientUrl: Column = ['CLIENT URL', (row) => row.clientUrls.join(',') || '-']
const version: Column = ['VERSION', (row) => row.version ?? '-']
const size: Column = ['DB SIZE', (row) => (row.dbSizeBytes === undefined ? '-' : formatSize(row.dbSizeBytes))]
const id: Column = ['ID', (row) => row.id]
const index: Column = ['RAFT INDEX', (row) => row.raftIndex ?? '-']
const peerUrl: Column = ['PEER URL', (row) => row.peerUrls.join(',') || '-']

/** What a terminal has room for: all, or less and less. `member list` and --json have all of it. */
const choices: readonly (readonly Column[])[] = [
  [name, role, health, version, size, id, index, peerUrl, clientUrl],
  [name, role, health, version, size, id, clientUrl],
  [name, role, health, version, size, clientUrl],
  [name, role, health, version, clientUrl],
  [name, role, health, clientUrl],
]

/** The members in as many columns as there is room for, and below them what is wrong with each. Pure. */
export function formatMembers(rows: readonly MemberRow[], screen: Screen): string {
  const tables = choices.map((columns) => tableOf(columns, rows))
  const faults = rows.flatMap(({ name, id, fault }) => (fault === undefined ? [] : [`${name || id}: ${fault}`]))
  const lines = faults.flatMap((fault) => wrapText(withoutControls(fault), screen.columns))
  return `${formatTable(tables, screen)}${lines.map((line) => `${line}\n`).join('')}`
}

function tableOf(columns: readonly Column[], rows: readonly MemberRow[]): Table {
  return {
    headings: columns.map(([heading]) => heading),
    rows: rows.map((row) => columns.map(([, cell]) => cell(row))),
  }
}

function tellHealth({ isStarted, isHealthy }: MemberRow): Cell {
  if (!isStarted) return { text: 'unstarted', style: 'yellow' }
  return isHealthy ? { text: 'healthy', style: 'green' } : { text: 'unhealthy', style: 'red' }
}
