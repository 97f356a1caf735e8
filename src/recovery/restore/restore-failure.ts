import { dirname } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { ProgramEnd } from '../../host/programs/run-with-input.ts'
import type { RestoreOrder } from './restore-order.ts'

/** Why the tool did not restore. Pure. */
export function restoreFailure(end: ProgramEnd, { tool, file, dataDirectory }: RestoreOrder): SignetError {
  const said = end.stderr.toString('utf8')
  const last = said.trim().split('\n').at(-1) ?? ''
  if (end.how === 'interrupted') {
    const hint = 'run the same command again'
    return new SignetError('try-later', 'restoring was interrupted, and nothing of it is left', { hint })
  }
  if (/no space left|disk quota exceeded|file too large/i.test(said)) {
    const directory = dirname(dataDirectory)
    return new SignetError('configuration', `there is no room in ${directory} for what is restored`, {
      hint: `make room there: df -hi ${quoteShell(directory)}`,
    })
  }
  if (end.how === 'timed-out') {
    const message = `${tool.name} ${tool.version} did not end while it restored ${quoteUntrusted(file)}`
    return new SignetError('try-later', message, { hint: 'see what keeps the disk busy: cat /proc/pressure/io' })
  }
  const reason = reasonOf(said)
  if (reason === undefined) return unexplained(tool, last, end)
  return new SignetError('bad-data', `${quoteUntrusted(file)} cannot be restored: ${reason}`, {
    hint: `take another snapshot; what is wrong with this one: signet snapshot verify ${quoteShell(file)}`,
  })
}

function reasonOf(said: string): string | undefined {
  if (said.includes('expected sha256')) return 'its bytes are not those that etcd sent'
  if (said.includes('snapshot missing hash')) return 'it has no digest at its end'
  if (said.includes('invalid argument')) return 'it is empty'
  // What is wrong inside it makes etcd's programs panic, or end with a line of the level "fatal".
  if (/panic|"level":"fatal"|\tfatal\t|invalid database|checksum error|version mismatch/.test(said)) {
    return 'what is in it is not as etcd writes it'
  }
  return undefined
}

function unexplained({ name, version, program }: RestoreOrder['tool'], last: string, end: ProgramEnd): SignetError {
  const how = end.exitStatus === null ? 'was killed' : `ended with ${end.exitStatus}`
  return new SignetError('configuration', `${name} ${version} restored nothing, and ${how}: ${quoteUntrusted(last)}`, {
    hint: `run it by hand: ${quoteShell(program)} snapshot restore --help`,
  })
}
