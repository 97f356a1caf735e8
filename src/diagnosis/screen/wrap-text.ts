/** What stands before the first line, and before each that follows it. */
export interface Indents {
  readonly first?: string
  readonly rest?: string
}

/**
 * Lines of at most so many columns, broken at spaces alone: a word such as a URL or a pin stays whole, to be copied. Pure.
 */
export function wrapText(
  text: string,
  columns: number | undefined,
  { first = '', rest = '  ' }: Indents = {},
): readonly string[] {
  if (columns === undefined) return [`${first}${text}`]
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = rest
      isEmpty = true
    }
    line += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, line]
}

/**
 * Text as a terminal may be given it. Where it is made, what is foreign in it was quoted; this stops an escape sequence, or
 * an order of writing that hides a word (CWE-150, CVE-2021-42574), in what somebody forgot.
 */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')
}
