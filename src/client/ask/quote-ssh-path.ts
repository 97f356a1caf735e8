import { SignetError } from '../../core/signet-error.ts'

/** A path as ssh's options and ssh_config take it. Throws `usage` where they cannot name it. */
export function quoteSshPath(path: string): string {
  // ssh splits the value at blanks, and expands %-tokens and ${variables} in it; a dollar sign cannot be escaped.
  if (/["\\$\n]/.test(path)) {
    throw new SignetError('usage', 'the path of the known_hosts file has characters that ssh cannot take', {
      hint: 'choose a directory without quotes, backslashes and dollar signs in its path',
    })
  }
  return `"${path.replaceAll('%', '%%')}"`
}
