import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'

/** Nothing that a shell, systemd or a line of a log would take apart: the path is typed again, and shown by all of these. */
const form = /^\/[A-Za-z0-9_./+~-]*$/

/** A directory of etcd's binaries, as typed. Throws `usage`. */
export function parseEtcdDirectory(text: string): string {
  if (form.test(text)) return text
  throw new SignetError(
    'usage',
    `--etcd=${quoteUntrusted(text)} is not the whole path of a directory, without blanks`,
    {
      hint: 'give it as --etcd=/opt/etcd-3.6.16, of letters, digits and - _ . + ~ alone',
    },
  )
}
