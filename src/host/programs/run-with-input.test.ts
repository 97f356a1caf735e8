import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { type BoundedProgram, runWithInput } from './run-with-input.ts'

function shell(script: string, change: Partial<BoundedProgram> = {}) {
  const program = { command: 'sh', args: ['-c', script], input: '', timeoutMs: 10_000, maxOutputBytes: 1024 }
  return runWithInput({ ...program, ...change })
}

describe('a program with input', () => {
  it('is given its input, and its streams and status are told', async () => {
    const end = await shell('cat; echo oops >&2; exit 3', { input: 'hello' })
    expect(end).toMatchObject({ how: 'exited', exitStatus: 3 })
    expect([end.stdout.toString(), end.stderr.toString()]).toEqual(['hello', 'oops\n'])
  })

  it('may end without reading its input', async () => {
    expect(await shell('exit 0', { input: 'x'.repeat(1_000_000) })).toMatchObject({ how: 'exited', exitStatus: 0 })
  })

  it('has no environment but what it is given', async () => {
    const end = await shell('echo "$HOME-$A"', { environment: { PATH: process.env['PATH'], A: 'a' } })
    expect(end.stdout.toString()).toBe('-a\n')
  })

  it('is killed when it takes too long', async () => {
    expect(await shell('exec sleep 30', { timeoutMs: 100 })).toMatchObject({ how: 'timed-out', exitStatus: null })
  })

  it('is not waited for when what it started holds its streams', async () => {
    const startedAtMs = performance.now()
    expect(await shell('sleep 5 & exit 0')).toMatchObject({ how: 'exited', exitStatus: 0 })
    expect(performance.now() - startedAtMs).toBeLessThan(4000)
  })

  it('is killed when it says too much', async () => {
    const end = await shell('while :; do echo aaaaaaaaaaaaaaaaaaaaaaaa; done')
    expect(end.how).toBe('too-much-output')
    expect(end.stdout.length).toBeLessThanOrEqual(1024)
  })

  it('is read past the first 16 KiB of its standard error', async () => {
    const end = await shell('i=0; while [ $i -lt 3000 ]; do echo aaaaaaaaaaaaaaaaaaaaaaaa >&2; i=$((i+1)); done')
    expect(end).toMatchObject({ how: 'exited', exitStatus: 0 })
    expect(end.stderr.length).toBeLessThanOrEqual(16 * 1024)
  })

  it('is told apart when a signal ended it', async () => {
    expect(await shell('kill -TERM $$')).toMatchObject({ how: 'killed', exitStatus: null })
  })

  it('that is not installed is a matter of configuration', async () => {
    const error = await refusalOf(() => shell('', { command: 'no-such-program' }))
    expect(error).toMatchObject({ code: 'configuration', message: 'no-such-program is not installed' })
    const notExecutable = await refusalOf(() => shell('', { command: '/etc/passwd' }))
    expect(notExecutable.message).toBe('/etc/passwd cannot be started')
  })
})
