import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { requireOwnConfiguration } from './require-own-configuration.ts'

const base = mkdtempSync(join(tmpdir(), 'signet-own-'))
const ownUid = process.geteuid?.() ?? 0
let count = 0
afterAll(() => rmSync(base, { recursive: true }))

function configuration(): { readonly directory: string; readonly file: string } {
  count += 1
  const directory = join(base, `${count}/etc/signet`)
  mkdirSync(directory, { recursive: true, mode: 0o755 })
  const file = join(directory, 'signet.yaml')
  writeFileSync(file, '', { mode: 0o644 })
  return { directory, file }
}

describe('requireOwnConfiguration', () => {
  it('takes a file below directories that nobody else can change, a link of the same account among them', async () => {
    const { directory, file } = configuration()
    await requireOwnConfiguration(file, ownUid)
    symlinkSync(directory, join(base, 'link'))
    await requireOwnConfiguration(join(base, 'link/signet.yaml'), ownUid)
  })

  it.each<[string, (place: ReturnType<typeof configuration>) => void, RegExp]>([
    ['a file that a group can write', ({ file }) => chmodSync(file, 0o664), /signet\.yaml can be changed/],
    ['a directory that a group can write', ({ directory }) => chmodSync(directory, 0o775), /signet can be changed/],
    [
      'a directory above it that all can write',
      ({ directory }) => chmodSync(join(directory, '..'), 0o777),
      /etc can be changed/,
    ],
    [
      'a link in its place',
      ({ directory, file }) => {
        writeFileSync(join(directory, 'other.yaml'), '')
        rmSync(file)
        symlinkSync(join(directory, 'other.yaml'), file)
      },
      /is no plain file/,
    ],
  ])('refuses %s', async (_, harm, message) => {
    const place = configuration()
    harm(place)
    const failure = await refusalOf(requireOwnConfiguration(place.file, ownUid))
    expect(failure).toMatchObject({ code: 'refused', message: expect.stringMatching(message) })
  })

  it("refuses another account's file", async () => {
    const { file } = configuration()
    // Root may give it away; anybody else asks as another account.
    if (ownUid === 0) chownSync(file, 12_345, 12_345)
    const failure = await refusalOf(requireOwnConfiguration(file, ownUid + 1))
    expect(failure).toMatchObject({ code: 'refused', message: expect.stringContaining('belongs to account') })
  })
})
