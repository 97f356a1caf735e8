const maxBytes = 128

/**
 * Text from a caller, a signer or etcd, made fit to print, log or write: printable ASCII stays, all else is
 * escaped, and the result is cut at 128 bytes. Stops terminal escapes and forged log lines (CWE-117, CWE-150).
 */
export function quoteUntrusted(text: string): string {
  let quoted = ''
  for (const character of text) {
    const piece = escapeCharacter(character)
    if (quoted.length + piece.length > maxBytes - 5) return `"${quoted}..."`
    quoted += piece
  }
  return `"${quoted}"`
}

/** The same where it must be; a word of printable ASCII, as nearly every name is, stays as it is. */
export function quoteUnlessPlain(text: string): string {
  return /^[\x21-\x7e]{0,128}$/.test(text) ? text : quoteUntrusted(text)
}

function escapeCharacter(character: string): string {
  const point = character.codePointAt(0) ?? 0
  if (character === '"' || character === '\\') return `\\${character}`
  if (point >= 0x20 && point < 0x7f) return character
  return point <= 0xff ? `\\x${point.toString(16).padStart(2, '0')}` : `\\u{${point.toString(16)}}`
}
