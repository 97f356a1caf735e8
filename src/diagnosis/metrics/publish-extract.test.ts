import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { publishExtract, requireOutput } from './publish-extract.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signet-publish-'))
  mkdirSync(join(root, 'state'))
  writeFileSync(extract(), 'signet_signer_up 1\n')
})
afterEach(() => rmSync(root, { recursive: true }))

const extract = (): string => join(root, 'extract')
const file = (): string => join(root, 'state/signet.prom')
const makerUid = process.geteuid?.() ?? 0
const publish = (change = {}) =>
  publishExtract({ extract: extract(), file: file(), makerUid, ownUid: makerUid, mode: 0o644, ...change })

it("puts root's extract in place, for all to read", async () => {
  const umask = process.umask(0o077)
  await publish().finally(() => process.umask(umask))
  expect(readFileSync(file(), 'utf8')).toBe('signet_signer_up 1\n')
  expect(statSync(file()).mode & 0o777).toBe(0o644)
})

it("puts a page in place for its group, and for nobody else, though root's could be read", async () => {
  await publish({ mode: 0o640 })
  expect(statSync(file()).mode & 0o777).toBe(0o640)
})

it('takes away what a run that was killed has left', async () => {
  writeFileSync(`${file()}.0123456789ab.new`, 'half')
  await publish()
  expect(readdirSync(join(root, 'state'))).toEqual(['signet.prom'])
})

it('replaces a link that somebody has put in place of the file, and writes through none', async () => {
  writeFileSync(join(root, 'victim'), 'whole')
  symlinkSync(join(root, 'victim'), file())
  await publish()
  expect(readFileSync(join(root, 'victim'), 'utf8')).toBe('whole')
  expect(readFileSync(file(), 'utf8')).toBe('signet_signer_up 1\n')
})

it('follows no link in place of the extract, waits for no pipe, and takes none of another account', async () => {
  expect(await refusalOf(publish({ makerUid: makerUid + 1 }))).toMatchObject({ code: 'configuration' })
  symlinkSync(extract(), join(root, 'link'))
  expect(await refusalOf(publish({ extract: join(root, 'link') }))).toMatchObject({ code: 'configuration' })
  execFileSync('mkfifo', [join(root, 'pipe')])
  expect(await refusalOf(publish({ extract: join(root, 'pipe') }))).toMatchObject({ code: 'configuration' })
  expect(await refusalOf(publish({ extract: join(root, 'nothing') }))).toMatchObject({ code: 'configuration' })
})

it('writes nothing where another account could exchange the directory', async () => {
  await requireOutput(join(root, 'state'), makerUid)
  chmodSync(join(root, 'state'), 0o777)
  expect(await refusalOf(requireOutput(join(root, 'state'), makerUid))).toMatchObject({ code: 'refused' })
  expect(await refusalOf(publish())).toMatchObject({ code: 'refused' })
  expect(readdirSync(join(root, 'state'))).toEqual([])
})

it('takes no extract that would fill the disk', async () => {
  writeFileSync(extract(), 'x'.repeat(1024 * 1024 + 1))
  expect(await refusalOf(publish())).toMatchObject({ message: expect.stringContaining('too long') })
})

it('leaves the old file where the new one cannot be written', async () => {
  await publish()
  writeFileSync(extract(), 'signet_signer_up 0\n')
  expect(await refusalOf(publish({ file: join(root, 'nowhere/signet.prom') }))).toMatchObject({ code: 'configuration' })
  chmodSync(extract(), 0o644)
  expect(readFileSync(file(), 'utf8')).toBe('signet_signer_up 1\n')
})
