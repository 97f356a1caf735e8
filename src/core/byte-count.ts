import { quoteUntrusted } from './quote-untrusted.ts'
import { SignetError } from './signet-error.ts'

const mebibyte = 1024 ** 2
const units: Readonly<Record<string, number>> = { MiB: mebibyte, GiB: 1024 * mebibyte }

/** A number of bytes as typed, such as `8GiB` or `512MiB`. Throws `usage`. */
export function parseBytes(text: string, option: string): number {
  const [, digits, unit = ''] = /^([1-9][0-9]{0,5})(MiB|GiB)$/.exec(text) ?? []
  const factor = units[unit]
  if (factor !== undefined) return Number(digits) * factor
  throw new SignetError('usage', `${option} is ${quoteUntrusted(text)}, which is no number of bytes`, {
    hint: `write it as ${option}=8GiB or ${option}=512MiB`,
  })
}

/** A number of whole mebibytes as it is typed, which `parseBytes` reads again. */
export function formatTypedBytes(bytes: number): string {
  const gibibytes = bytes / (1024 * mebibyte)
  return Number.isInteger(gibibytes) ? `${gibibytes}GiB` : `${bytes / mebibyte}MiB`
}

/** A number of bytes for people. */
export function formatBytes(bytes: number): string {
  const [unit, factor] = bytes < 1024 * mebibyte ? ['MiB', mebibyte] : ['GiB', 1024 * mebibyte]
  return `${Number((bytes / factor).toFixed(1))} ${unit}`
}
