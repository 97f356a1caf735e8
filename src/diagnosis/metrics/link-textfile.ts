import { readlink } from 'node:fs/promises'
import { formatFailureNote } from '../../core/failure-lines.ts'
import { asSignetError } from '../../core/signet-error.ts'
import { ensureLinkIn } from '../../host/files/ensure-link-in.ts'
import { lookAt } from '../../host/files/look-at.ts'

/** Where node_exporter reads on Debian. */
const debianDirectory = '/var/lib/prometheus/node-exporter'
/** The setting: a link of root's to the directory of another installation. */
const directoryLink = '/etc/signet/textfile-directory'
const published = '/var/lib/signet-metrics/signet.prom'

/** Sees that node_exporter finds what is published; what keeps it from that is told, and keeps nothing else. */
export async function linkTextfile(say: (line: string) => void): Promise<void> {
  const directory = await readlink(directoryLink).catch(() => debianDirectory)
  try {
    // Where there is no node_exporter, only the page is wanted.
    if (directory === debianDirectory && (await lookAt(debianDirectory)) === undefined) return
    await ensureLinkIn({ directory, name: 'signet.prom', target: published, ownerUid: 0 })
  } catch (error) {
    say(formatFailureNote(asSignetError(error)))
  }
}
