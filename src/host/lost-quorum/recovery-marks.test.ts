import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { localFiles } from '../files/local-files.ts'
import { type HostLayout, hostLayout } from '../host-layout.ts'
import { readRecoveryMarks } from './recovery-marks.ts'

let layout: HostLayout
const put = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
beforeEach(() => {
  layout = hostLayout(mkdtempSync(join(tmpdir(), 'signet-marks-')))
})
afterEach(() => rmSync(layout.root, { recursive: true }))

it('finds nothing where there was no recovery', async () => {
  const none = { standDown: undefined, receipt: undefined, unfinished: undefined }
  expect(await readRecoveryMarks(layout, localFiles)).toEqual(none)
})

it('reads what a recovery leaves, and the run that was cut off', async () => {
  const marker = { state: 'stood-down', time: '2026-01-31T12:00:00.000Z', clusterId: 'ab', members: [], more: 1 }
  put(layout.standDown, `# for people\n${JSON.stringify(marker)}\n`)
  const run = { arguments: 'recover --rejoin --cluster=ab', started: [], done: [], isFinished: false }
  put(join(layout.setupDirectory, 'recover.json'), JSON.stringify({ ...run, arguments: 'recover', isFinished: true }))
  put(join(layout.setupDirectory, 'rejoin.json'), JSON.stringify(run))
  expect(await readRecoveryMarks(layout, localFiles)).toMatchObject({
    standDown: { state: 'stood-down', clusterId: 'ab' },
    unfinished: { arguments: run.arguments },
  })
})

it('what cannot be read is told of the file that keeps etcd from starting, and of no other', async () => {
  put(layout.standDown, 'x')
  put(layout.recoverReceipt, '{')
  put(join(layout.setupDirectory, 'rejoin.json'), '[]')
  expect(await readRecoveryMarks(layout, localFiles)).toEqual({
    standDown: 'unreadable',
    receipt: undefined,
    unfinished: undefined,
  })
})
