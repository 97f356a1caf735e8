import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import { waitUntil } from '../wait-until.ts'
import { endProcessesOf, listProcessesOf } from './processes-of.ts'

it('finds the processes of a user, and no other', async () => {
  expect(await listProcessesOf(process.getuid?.() ?? 0)).toContain(process.pid)
  expect(await listProcessesOf(4_000_000)).toEqual([])
})

it('ends none of root’s, whatever a file of accounts says', async () => {
  for (const uid of [0, -1, Number.NaN]) await endProcessesOf(uid)
  expect(await listProcessesOf(process.getuid?.() ?? 0)).toContain(process.pid)
})

// A number that no account has.
const stranger = 987_654

it.skipIf(process.getuid?.() !== 0)('ends all of a user’s', async () => {
  const child = spawn('sleep', ['60'], { uid: stranger, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', (_status, signal) => resolve(signal)))
  const failure = () => new Error('no process') as never
  await waitUntil(async () => (await listProcessesOf(stranger)).length > 0, { timeoutMs: 5000, failure })
  await endProcessesOf(stranger)
  expect(await ended).toBe('SIGKILL')
})
