/** The bytes in base64, blanks and line breaks aside; undefined where anything else is in it or where it has two readings. */
export function decodeBase64(text: string): Buffer | undefined {
  const compact = text.replace(/[ \t\r\n]/g, '')
  const bytes = Buffer.from(compact, 'base64')
  // Node skips what is not base64; encoding it again shows whether anything was skipped, cut or not canonical.
  return bytes.toString('base64') === compact ? bytes : undefined
}
