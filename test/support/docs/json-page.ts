import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** docs/JSON.md, which says what `--json` prints. */
export const jsonPage = readFileSync(join(import.meta.dirname, '../../../docs/JSON.md'), 'utf8')

/** The page's example of a command. */
export function documentedJson(command: string): unknown {
  const text = new RegExp(`^\`\`\`json ${command}\\n([\\s\\S]*?)\\n\`\`\`$`, 'm').exec(jsonPage)?.[1]
  if (text === undefined) throw new Error(`docs/JSON.md has no example of ${command}`)
  return JSON.parse(text)
}

/** The names and kinds of fields; of a list those of all its entries together. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [value.map(shapeOf).reduce(merge)]
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, shapeOf(field)]))
}

function merge(one: unknown, other: unknown): unknown {
  return typeof one === 'object' && typeof other === 'object' ? { ...one, ...other } : one
}
