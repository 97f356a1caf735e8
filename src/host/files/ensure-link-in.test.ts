import { chmodSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { ensureLinkIn } from './ensure-link-in.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signet-link-'))
  mkdirSync(join(root, 'textfiles'), { mode: 0o755 })
})
afterEach(() => rmSync(root, { recursive: true }))

const ownUid = process.geteuid?.() ?? 0
const link = (change = {}) => ({
  directory: join(root, 'textfiles'),
  name: 'signet.prom',
  target: '/var/lib/signet-metrics/signet.prom',
  ownerUid: ownUid,
  ...change,
})

it('makes the link once, and leaves it from then on', async () => {
  expect(await ensureLinkIn(link())).toBe(true)
  expect(await ensureLinkIn(link())).toBe(true)
  expect(readlinkSync(join(root, 'textfiles/signet.prom'))).toBe('/var/lib/signet-metrics/signet.prom')
})

it('does nothing where there is no such directory', async () => {
  expect(await ensureLinkIn(link({ directory: join(root, 'nowhere') }))).toBe(false)
})

it('leaves what somebody else has put there', async () => {
  writeFileSync(join(root, 'textfiles/signet.prom'), 'theirs')
  expect(await refusalOf(() => ensureLinkIn(link()))).toMatchObject({ code: 'refused' })
})

it('makes none in a directory of another account', async () => {
  const refusal = await refusalOf(() => ensureLinkIn(link({ ownerUid: ownUid + 1 })))
  expect(refusal).toMatchObject({ code: 'refused', message: expect.stringContaining('belongs to account') })
})

it.each([0o775, 0o777, 0o1777])('makes none where others can write: %o', async (mode) => {
  chmodSync(join(root, 'textfiles'), mode)
  expect(await refusalOf(() => ensureLinkIn(link()))).toMatchObject({ message: expect.stringContaining('by others') })
})

it('follows no link that the owner of the directory above has put in its place', async () => {
  symlinkSync(join(root, 'textfiles'), join(root, 'swapped'))
  const refusal = await refusalOf(() => ensureLinkIn(link({ directory: join(root, 'swapped') })))
  expect(refusal).toMatchObject({ message: expect.stringContaining('is no directory') })
})
