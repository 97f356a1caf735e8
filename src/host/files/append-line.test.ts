import { execFileSync } from 'node:child_process'
import { linkSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { appendLine } from './append-line.ts'

const directory = mkdtempSync(join(tmpdir(), 'signet-append-'))
const ownUid = process.geteuid?.() ?? 0
afterAll(() => rmSync(directory, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

describe('appendLine', () => {
  it('writes behind what is there, and behind what a power cut tore', async () => {
    const whole = file('whole', 'one\n')
    await appendLine(whole, 'two', ownUid)
    expect(readFileSync(whole, 'utf8')).toBe('one\ntwo\n')
    const torn = file('torn', 'one\ntw')
    await appendLine(torn, 'three', ownUid)
    expect(readFileSync(torn, 'utf8')).toBe('one\ntw\nthree\n')
    const empty = file('empty', '')
    await appendLine(empty, 'one', ownUid)
    expect(readFileSync(empty, 'utf8')).toBe('one\n')
  })

  it.each<[string, (path: string, target: string) => void]>([
    ['a link', (path, target) => symlinkSync(target, path)],
    ['another name of a file', (path, target) => linkSync(target, path)],
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a directory', (path) => execFileSync('mkdir', [path])],
    ['nothing', () => {}],
  ])('writes nothing where there is %s', async (title, put) => {
    const target = file(`target of ${title}`, 'secret\n')
    const path = join(directory, title)
    put(path, target)
    expect(await refusalOf(appendLine(path, 'line', ownUid))).toMatchObject({ code: 'configuration' })
    expect(readFileSync(target, 'utf8')).toBe('secret\n')
  })

  it("writes nothing to a file of another account's", async () => {
    const path = file('other', 'one\n')
    const failure = await refusalOf(appendLine(path, 'line', ownUid + 1))
    expect(failure).toMatchObject({ code: 'configuration', message: expect.stringContaining('belongs to account') })
    expect(readFileSync(path, 'utf8')).toBe('one\n')
  })
})
