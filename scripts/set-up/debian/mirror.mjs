// Where packages of any release are had from.
import { SetUpError } from '../progress.mjs'
import { runQuietly } from '../run-quietly.mjs'

/**
 * The mirror that this machine has its Debian from, so that what reaches that reaches this.
 * @returns {Promise<string>}
 */
export async function findMirror() {
  const format = ['--format', '$(REPO_URI) $(ORIGIN) $(LABEL)', 'Created-By: Packages']
  const targets = await runQuietly('apt-get', ['indextargets', ...format])
  const known = /^(https?:\/\/\S+) Debian Debian$/m.exec(targets)?.[1]
  if (known !== undefined) return known
  // Where no lists are there yet, as in fresh images, apt still tells where it would have them from.
  const wanted = await runQuietly('apt-get', ['--print-uris', 'update'])
  const named = /^'(https?:\/\/[^' ]+\/)dists\/[a-z]+\/main\/binary-/m.exec(wanted)?.[1]
  if (named !== undefined) return named
  throw new SetUpError('the sources of apt name no mirror of Debian: see /etc/apt/sources.list.d')
}
