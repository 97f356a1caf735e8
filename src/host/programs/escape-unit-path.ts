/**
 * A path as the instance of a systemd unit, as `systemd-escape --path` writes it (systemd.unit(5), "String escaping"):
 * `%f` in the unit's file is the path again.
 */
export function escapeUnitPath(path: string): string {
  const trimmed = path.replace(/\/+/g, '/').replace(/^\/|\/$/g, '')
  if (trimmed === '') return '-'
  return [...Buffer.from(trimmed)].map(escapeByte).join('')
}

function escapeByte(byte: number, index: number): string {
  const character = String.fromCharCode(byte)
  if (character === '/') return '-'
  // A file name that begins with a dot would be hidden.
  const isPlain = /[A-Za-z0-9:_.]/.test(character) && !(index === 0 && character === '.')
  return isPlain ? character : `\\x${byte.toString(16).padStart(2, '0')}`
}
