import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createSetupLog } from './setup-log.ts'

const directory = mkdtempSync(join(tmpdir(), 'signet-log-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

it('each line goes into a file of root alone, with its time, and into the journal', async () => {
  const said: string[] = []
  const file = join(directory, 'setup.log')
  const log = createSetupLog(file, async (command, args) => {
    said.push([command, ...args].join(' '))
    return ''
  })
  log.write('one\ntwo\n')
  log.write('-t three')
  await log.flush()
  expect(readFileSync(file, 'utf8')).toMatch(/^\S+Z one\n\S+Z two\n\S+Z -t three\n$/)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(said).toEqual(['one', 'two', '-t three'].map((line) => `logger -t signet-setup -- ${line}`))
})

it('a log that cannot be written is no failure', async () => {
  const log = createSetupLog(join(directory, 'absent/setup.log'), async () => {
    throw new Error('no logger')
  })
  log.write('one')
  await expect(log.flush()).resolves.toBeUndefined()
})
