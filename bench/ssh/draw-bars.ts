import type { Row } from './measure-side-by-side.ts'

const [width, labelWidth, barHeight, gap, top] = [760, 290, 18, 8, 34]
const colours = { ours: '#2f6f9f', others: '#9a9a9a' }

export interface Bars {
  readonly title: string
  readonly read: (row: Row) => number
  readonly format: (value: number) => string
}

/** Bars for each contender at one number of clients, one panel below the other, as an SVG that needs nothing else. */
export function drawBars(rows: readonly Row[], panels: readonly Bars[]): string {
  const panelHeight = top + rows.length * (barHeight + gap) + gap
  const height = panels.length * panelHeight
  const drawn = panels.map((panel, index) => drawPanel(rows, panel, index * panelHeight))
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif">`
  const title = `<title>${escapeXml(panels.map((panel) => panel.title).join('; '))}</title>`
  return [
    open,
    title,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...drawn.flat(),
    '</svg>',
    '',
  ].join('\n')
}

function drawPanel(rows: readonly Row[], { title, read, format }: Bars, offset: number): string[] {
  const longest = Math.max(...rows.map(read))
  const room = width - labelWidth - 70
  const bars = rows.map((row, index) => {
    const y = offset + top + index * (barHeight + gap)
    const value = read(row)
    const length = Math.max(1, (value / longest) * room)
    const fill = row.title.startsWith('Signet') ? colours.ours : colours.others
    return [
      text(labelWidth - 8, y + 13, row.title, 'end'),
      `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" fill="${fill}"/>`,
      text(labelWidth + length + 6, y + 13, format(value), 'start'),
    ].join('\n')
  })
  return [`<text x="8" y="${offset + 22}" font-size="15" fill="#222222">${escapeXml(title)}</text>`, ...bars]
}

function text(x: number, y: number, content: string, anchor: 'start' | 'end'): string {
  return `<text x="${x.toFixed(1)}" y="${y}" font-size="12" fill="#222222" text-anchor="${anchor}">${escapeXml(content)}</text>`
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
