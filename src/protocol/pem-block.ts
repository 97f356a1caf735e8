import { decodeBase64 } from './decode-base64.ts'

/** What one PEM block holds. */
export interface PemBlock {
  readonly label: string
  readonly content: Buffer
}

// A line ends with a line feed, as for OpenSSL and Go; `^` with `m` takes one behind a lone CR too.
const blockPattern =
  /(?<![^\n])-----BEGIN ([A-Z0-9 ]{1,40})-----[ \t]*\n([A-Za-z0-9+/= \t\n]*)(?<=\n)-----END \1-----[ \t]*(?![^\n])/g

/**
 * The one PEM block in a text (RFC 7468 section 2: whatever stands around it is skipped). Undefined where it is not whole, or
 * where a second boundary is anywhere, within a line even: readers that look for boundaries differently would take two
 * things from one text.
 */
export function findPemBlock(text: string): PemBlock | undefined {
  const [block, second] = [...text.matchAll(blockPattern)]
  const boundaries = text.match(/-----(BEGIN|END)/g) ?? []
  if (block === undefined || second !== undefined || boundaries.length !== 2) return undefined
  const [, label = '', base64 = ''] = block
  const content = decodeBase64(base64)
  return content === undefined || content.length === 0 ? undefined : { label, content }
}
