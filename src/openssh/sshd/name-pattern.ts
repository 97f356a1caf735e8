/**
 * Whether a name fits a pattern as sshd compares it: `*` for any characters, `?` for one, nothing else is special
 * (OpenSSH's match_pattern, ssh_config(5) "PATTERNS").
 */
export function fitsPattern(name: string, pattern: string): boolean {
  return overlapsPattern(pattern, name.replace(/[*?]/g, '_'))
}

/** Whether there is a name that fits both patterns. */
export function overlapsPattern(one: string, other: string): boolean {
  // Row by row: which prefixes of `other` share a name with the prefix of `one` that was read so far. No recursion, for a
  // line of an administrator's may hold any number of stars.
  let row = prefixesOfNothing(other)
  for (const sign of one) row = nextRow(row, sign, other)
  return row.at(-1) === true
}

// The empty name fits a pattern that is all stars.
function prefixesOfNothing(pattern: string): readonly boolean[] {
  const stars = /^\**/.exec(pattern)?.[0].length ?? 0
  return Array.from({ length: pattern.length + 1 }, (_, length) => length <= stars)
}

function nextRow(above: readonly boolean[], sign: string, other: string): readonly boolean[] {
  const row: boolean[] = [above[0] === true && sign === '*']
  for (const [index, opposite] of [...other].entries()) {
    const [diagonal, up, left] = [above[index] === true, above[index + 1] === true, row[index] === true]
    const isSame = sign === '?' || opposite === '?' || sign === opposite
    const byStar = (sign === '*' && (left || up)) || (opposite === '*' && (left || up))
    row.push(byStar || (isSame && sign !== '*' && opposite !== '*' && diagonal))
  }
  return row
}
