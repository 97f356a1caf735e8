import { dirname } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { LocalFiles } from '../../host/files/local-files.ts'

/** The text of the file that `--merge` names. Throws `configuration`. */
export async function readKubeadmFile(path: string, { read }: Pick<LocalFiles, 'read'>): Promise<string> {
  const file = await read(path)
  if (file !== undefined) return file.text
  throw new SignetError('configuration', `there is no file ${quoteUntrusted(path)}, which --merge names`, {
    hint: `see what there is: ls ${quoteShell(dirname(path))}`,
  })
}
