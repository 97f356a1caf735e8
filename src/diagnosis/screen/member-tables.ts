import { type AlarmRow, formatSize, type MemberRow } from '../../cluster/format-member-list.ts'
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

const narrower: readonly (readonly Column[])[] = [
  [name, role, health, version, size, id, clientUrl],
  [name, role, health, version, size, clientUrl],
  [name, role, health, version, clientUrl],
  [name, role, health, clientUrl],
]

/** What a terminal has room for in `status`: all, or less and less. --json has all of it. */
const shownColumns = [[name, role, health, version, size, id, index, peerUrl, clientUrl], ...narrower]

/** In `member list`, whose first column is the id that `member remove` takes too, for what reads it. */
const listedColumns = [[id, name, role, health, version, size, index, peerUrl, clientUrl], ...narrower]

/** What `member list` prints: the members, what is wrong with each, and alarms with what to type. Pure. */
export function formatMemberList(rows: readonly MemberRow[], alarms: readonly AlarmRow[], screen: Screen): string {
  const told = alarms.flatMap(({ what, fix }) => wrapText(withoutControls(`${what}: ${fix}`), screen.columns))
  return `${formatMembers(rows, screen, listedColumns)}${told.map((line) => `${line}\n`).join('')}`
}

/** The members in as many columns as there is room for, and below them what is wrong with each. Pure. */
export function formatMembers(
  rows: readonly MemberRow[],
  screen: Screen,
  choices: readonly (readonly Column[])[] = shownColumns,
): string {
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
