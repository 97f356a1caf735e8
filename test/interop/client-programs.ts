import { join } from 'node:path'
import { type ClientResult, runClient } from '../support/shell/run-client.ts'
import { sshFlags } from '../support/signer/ssh-flags.ts'
import type { ScriptedSigner } from '../support/signer/test-signer.ts'

/** One SSH client of one Debian release. */
export interface ClientProgram {
  readonly title: string
  /** What it says of its own version, and how to ask. */
  readonly version: readonly string[]
  /** The command line that asks a word of a signer. */
  readonly line: (word: string, signer: ScriptedSigner) => readonly string[]
}

const here = import.meta.dirname

/** The clients that are unpacked in that directory. */
export function clientPrograms(directory: string): readonly ClientProgram[] {
  const file = (name: string): string => join(directory, name)
  const python = (module: string): ClientProgram => ({
    title: module,
    version: [file('python3'), '-c', `import ${module}; print(${module}.__version__)`],
    line: (word, { port }) => [file('python3'), join(here, `call-${module}.py`), `${port}`, word],
  })
  return [
    {
      title: 'OpenSSH',
      version: [file('ssh'), '-V'],
      line: (word, { port }) => [file('ssh'), ...sshFlags(port), 'signer@127.0.0.1', word],
    },
    {
      title: 'dropbear',
      version: [file('dbclient'), '-V'],
      line: (word, { port }) => [file('dbclient'), '-y', '-y', '-p', `${port}`, 'signer@127.0.0.1', word],
    },
    {
      title: 'plink',
      version: [file('plink'), '-V'],
      line: (word, { port, fingerprint }) => {
        const flags = ['-batch', '-no-antispoof', '-hostkey', fingerprint, '-P', `${port}`, '-l', 'signer']
        return [file('plink'), ...flags, '127.0.0.1', word]
      },
    },
    python('paramiko'),
    python('asyncssh'),
  ]
}

/** Runs a command line with that standard input. */
export function runLine([command = '', ...args]: readonly string[], input = ''): Promise<ClientResult> {
  return runClient(command, args, { input, timeoutMs: 50_000 })
}
