// A command of set-up's own: its output is caught and shown only where it fails.
import { spawn } from 'node:child_process'
import { dyingWithParent } from './dying-with-parent.mjs'
import { SetUpError } from './progress.mjs'

/** Runs one command of set-up and answers with its status and output; never throws for a status. */
export function tryQuietly(file, args, options = {}) {
  const command = dyingWithParent(file, args)
  return new Promise((resolve) => {
    const child = spawn(command.file, command.args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    child.once('error', (error) => resolve({ status: 127, stdout, stderr: error.message }))
    child.once('close', (status, signal) =>
      resolve({ status: status ?? 128, stdout, stderr: stderr || String(signal) }),
    )
  })
}

/** Runs one command of set-up and answers with its standard output; throws what it said when it fails. */
export async function runQuietly(file, args, options = {}) {
  const { status, stdout, stderr } = await tryQuietly(file, args, options)
  if (status === 0) return stdout
  const said = stderr.trim().split('\n').slice(0, 12).join('\n  ')
  throw new SetUpError(`${file.split('/').pop()} ${args[0]} failed with status ${status}:\n  ${said}`)
}
