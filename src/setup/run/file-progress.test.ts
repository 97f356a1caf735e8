import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { localFiles } from '../../host/files/local-files.ts'
import { fileProgress } from './file-progress.ts'
import { newProgress } from './run-progress.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-progress-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const at = (name: string): string => join(directory, name)
const store = () =>
  fileProgress(at('setup/progress.json'), localFiles, ['pki/inner', 'pki', 'kept', 'full', 'setup'].map(at))

it('a run that is undone takes the empty directories with it that it made, also one that another process began', async () => {
  mkdirSync(at('kept'))
  await store().save(newProgress('init'))
  mkdirSync(at('pki/inner'), { recursive: true })
  mkdirSync(at('full'))
  writeFileSync(at('full/file'), '')
  const again = store()
  const progress = await again.load()
  expect(progress).toMatchObject({ arguments: 'init', absentBefore: ['pki/inner', 'pki', 'full', 'setup'].map(at) })
  await again.save(progress ?? newProgress('init'))
  await again.clear()
  expect(readdirSync(directory).toSorted()).toEqual(['full', 'kept'])
})

it('what was there before a run stays, empty or not', async () => {
  for (const name of ['pki', 'setup']) mkdirSync(at(name))
  const own = store()
  await own.save(newProgress('init'))
  await own.clear()
  expect([existsSync(at('pki')), existsSync(at('setup')), existsSync(at('setup/progress.json'))]).toEqual([
    true,
    true,
    false,
  ])
})
