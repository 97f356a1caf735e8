import { SignetError } from '../../core/signet-error.ts'

const maxDepth = 16

/**
 * A value that was read from JSON in one form, whatever order its keys had and whatever stood between them (RFC 8785: keys
 * sorted by UTF-16 code units, numbers and texts as ECMAScript writes them). Two values have one form where they are equal
 * alone, so that who signs the form signs the value. Throws `bad-data` for what JSON cannot say, or is nested too deep.
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > maxDepth) throw noForm('is nested too deep')
  if (typeof value === 'number' && !Number.isFinite(value)) throw noForm('has a number that is too large')
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`
  if (typeof value === 'object' && value !== null) return canonicalObject(value, depth)
  const text = JSON.stringify(value)
  if (text === undefined) throw noForm('has a value that JSON has not')
  return text
}

function canonicalObject(value: object, depth: number): string {
  const pairs = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${pairs.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item, depth + 1)}`).join(',')}}`
}

function noForm(predicate: string): SignetError {
  return new SignetError('bad-data', `the sidecar ${predicate}`, { hint: 'take another one: signet snapshot save' })
}
