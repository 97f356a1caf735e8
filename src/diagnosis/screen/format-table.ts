import type { Screen, Style } from './screen.ts'
import { withoutControls } from './wrap-text.ts'

/** What stands in a table at one place; a style paints it. */
export type Cell = string | { readonly text: string; readonly style: Style }

/** A line of headings, and a line for each thing. */
export interface Table {
  readonly headings: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

const gap = 2
const noTable: Table = { headings: [], rows: [] }

/**
 * The first of these tables that is narrow enough, the widest and fullest first. Where none is, the last as blocks, each
 * value on a line of its own behind its heading: a URL stays whole. Pure.
 */
export function formatTable(tables: readonly Table[], screen: Screen): string {
  const { columns = Number.POSITIVE_INFINITY } = screen
  const fitting = tables.find((table) => widthsOf(table).reduce((sum, width) => sum + width + gap, -gap) <= columns)
  return fitting === undefined ? formatBlocks(tables.at(-1) ?? noTable, screen) : formatLines(fitting, screen)
}

function widthsOf({ headings, rows }: Table): readonly number[] {
  return headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => textOf(row[column]).length)))
}

function formatLines(table: Table, screen: Screen): string {
  const widths = widthsOf(table)
  const headings = table.headings.map((text) => ({ text, style: 'dim' as const }))
  return [headings, ...table.rows].map((row) => `${formatRow(row, widths, screen)}\n`).join('')
}

function formatRow(row: readonly Cell[], widths: readonly number[], { paint }: Screen): string {
  const last = row.findLastIndex((cell) => textOf(cell) !== '')
  return row
    .slice(0, last + 1)
    .map((cell, column) => {
      const text = textOf(cell)
      const painted = typeof cell === 'string' ? text : paint(text, cell.style)
      return column === last ? painted : `${painted}${' '.repeat((widths[column] ?? 0) - text.length + gap)}`
    })
    .join('')
}

function formatBlocks({ headings, rows }: Table, { paint }: Screen): string {
  return rows
    .map(([first = '', ...others]) => {
      const told = others.flatMap((cell, index) => {
        const text = textOf(cell).trim()
        const label = headings[index + 1]?.toLowerCase() ?? ''
        return text === ''
          ? []
          : [`  ${paint(label, 'dim')} ${typeof cell === 'string' ? text : paint(text, cell.style)}\n`]
      })
      return `${textOf(first)}\n${told.join('')}`
    })
    .join('')
}

function textOf(cell: Cell | undefined): string {
  if (cell === undefined) return ''
  return withoutControls(typeof cell === 'string' ? cell : cell.text)
}
