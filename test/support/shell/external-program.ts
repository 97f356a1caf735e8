import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'

/** What a program said and how it ended. */
export interface ProgramResult {
  readonly status: number | null
  readonly stdout: Buffer
  /** Both streams as text, for what a test shows when it fails. */
  readonly said: string
}

/** Runs a program to its end; a status other than 0 is the caller's to judge. */
export function runProgram(program: string, args: readonly string[], input?: Uint8Array): ProgramResult {
  const { status, stdout, stderr, error } = spawnSync(program, args, { input: input ?? Buffer.alloc(0) })
  if (error !== undefined) throw error
  return { status, stdout, said: `${stdout.toString('latin1')}${stderr.toString('latin1')}` }
}

/** `describe`, skipped with a printed reason where the program is missing, and failing for it in CI. */
export function describeWith(program: string, title: string, body: () => void): void {
  const isMissing = spawnSync(program, ['--version']).error !== undefined
  if (isMissing && process.env['CI'] === undefined) {
    process.stderr.write(`skipped: ${title} (${program} is not installed)\n`)
    describe.skip(title, body)
    return
  }
  describe(title, body)
}

/** Calls back with a path for each file, in a directory that is removed afterwards. */
export function withFiles<T>(files: readonly (string | Uint8Array)[], use: (...paths: string[]) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'signet-test-'))
  try {
    const paths = files.map((content, index) => {
      const path = join(directory, `file-${index}`)
      writeFileSync(path, content, { mode: 0o600 })
      return path
    })
    return use(...paths)
  } finally {
    rmSync(directory, { recursive: true })
  }
}
