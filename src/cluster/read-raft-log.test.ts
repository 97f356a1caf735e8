import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { buildWal, v2Request, v3Request } from '../../test/support/etcd/build-wal.ts'
import { refusalOf } from '../../test/support/refusal.ts'
import { readRaftLog } from './read-raft-log.ts'

const attributes = v2Request('PUT', '/0/members/8e9e05c52164694d/attributes')
const hex = (number: number): string => number.toString(16).padStart(16, '0')
let data = ''

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'signet-log-'))
  for (const name of ['wal', 'snap']) mkdirSync(join(data, 'member', name), { recursive: true })
})
afterEach(() => rmSync(data, { recursive: true }))

const walPath = (sequence: number, index: number): string =>
  join(data, 'member/wal', `${hex(sequence)}-${hex(index)}.wal`)
const writeSnapshot = (index: number): void =>
  writeFileSync(join(data, 'member/snap', `${hex(2)}-${hex(index)}.snap`), '')

it('tells what stands above the newest snapshot that the log knows, over all its files', async () => {
  writeFileSync(walPath(0, 0), buildWal([{ index: 1, data: attributes }, { commit: 1 }, { snapshot: 1 }]))
  writeFileSync(
    walPath(1, 2),
    buildWal([
      { index: 2, data: attributes },
      { index: 3, data: v3Request },
    ]),
  )
  expect(await readRaftLog(data)).toEqual({ snapshotIndex: 0, lastIndex: 3, membershipV2: 2, foreignV2: undefined })
  writeSnapshot(1)
  expect(await readRaftLog(data)).toMatchObject({ snapshotIndex: 1, membershipV2: 2 })
  // Cut off between the file and its record: etcd does not start from it.
  writeSnapshot(3)
  expect(await readRaftLog(data)).toMatchObject({ snapshotIndex: 1, membershipV2: 2 })
})

it('reads again what is half written, and refuses what stays so', async () => {
  const whole = buildWal([{ index: 1, data: attributes }])
  writeFileSync(walPath(0, 0), whole.subarray(0, 60))
  setTimeout(() => writeFileSync(walPath(0, 0), whole), 250)
  expect(await readRaftLog(data)).toMatchObject({ membershipV2: 1 })
  writeFileSync(walPath(0, 0), whole.subarray(0, 60))
  const refusal = await refusalOf(readRaftLog(data))
  expect(refusal).toMatchObject({
    code: 'configuration',
    message: expect.stringContaining('is damaged, or not of etcd'),
  })
})

it('refuses a log of which files are missing, and a host that has none', async () => {
  writeFileSync(walPath(5, 900), buildWal([{ index: 900, data: v3Request }]))
  expect((await refusalOf(readRaftLog(data))).message).toMatch(/no raft snapshot fits it$/)
  expect((await refusalOf(readRaftLog(join(data, 'nowhere')))).code).toBe('unavailable')
})

// Whoever breaks etcd can put these there, and root's doctor reads them.
it.each([
  ['a pipe', (path: string) => void execFileSync('mkfifo', [path])],
  ['a device without an end', (path: string) => symlinkSync('/dev/zero', path)],
  ['a directory', (path: string) => mkdirSync(path)],
  ['other bytes', (path: string) => writeFileSync(path, 'x'.repeat(100_000))],
])('does not wait for %s in place of a file', async (_, put) => {
  put(walPath(0, 0))
  expect((await refusalOf(readRaftLog(data))).code).toBe('configuration')
})
