import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asOtherAccount, canBeTwoAccounts } from '../../../test/support/host/other-account.ts'
import { wellFindings, wellMaster } from '../../../test/support/host/shown-hosts.ts'
import { pageOf } from '../../../test/support/host/shown-pages.ts'
import { refusalOf } from '../../../test/support/refusal.ts'
import { localFiles } from '../../host/files/local-files.ts'
import { formatPage } from './format-page.ts'
import { requirePagePlace, writePage } from './write-page.ts'

const facts = pageOf(wellMaster, wellFindings)
const world = { files: localFiles, ownUid: process.geteuid?.() ?? 0 }

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signet-page-'))
})
afterEach(() => rmSync(root, { recursive: true }))
const at = (name: string): string => join(root, name)

async function write(file: string): Promise<void> {
  await requirePagePlace(file, world)
  await writePage(file, facts, world)
}

describe('a page that is written', () => {
  it('is there whole, for its owner and group alone, in place of the old one', async () => {
    writeFileSync(at('page.html'), 'old', { mode: 0o666 })
    const umask = process.umask(0)
    await write(at('page.html')).finally(() => process.umask(umask))
    expect(readFileSync(at('page.html'), 'utf8')).toBe(formatPage(facts))
    expect(statSync(at('page.html')).mode & 0o777).toBe(0o640)
    expect(readdirSync(root)).toEqual(['page.html'])
  })

  it('takes away what a run that was killed has left, and not what another one is writing', async () => {
    writeFileSync(at('page.html.0123456789ab.new'), 'half')
    utimesSync(at('page.html.0123456789ab.new'), 1, 1)
    writeFileSync(at('page.html.ba9876543210.new'), 'hal')
    await write(at('page.html'))
    expect(readdirSync(root)).toEqual(['page.html', 'page.html.ba9876543210.new'])
  })

  it('takes the place of no link, no directory, no pipe and no device', async () => {
    writeFileSync(at('victim'), 'whole')
    symlinkSync(at('victim'), at('link'))
    mkdirSync(at('directory'))
    execFileSync('mkfifo', [at('pipe')])
    for (const [file, what] of [
      [at('link'), 'is a link'],
      [at('directory'), 'is a directory'],
      [at('pipe'), 'is no file'],
      ['/dev/null', 'is no file'],
    ] as const) {
      const refusal = { code: 'configuration', message: expect.stringContaining(what) }
      expect(await refusalOf(write(file))).toMatchObject(refusal)
    }
    expect(readFileSync(at('victim'), 'utf8')).toBe('whole')
  })

  it('needs a directory that is there', async () => {
    const refusal = { code: 'configuration', hint: `make it: mkdir '${at('a b')}'` }
    expect(await refusalOf(write(at('a b/page.html')))).toMatchObject(refusal)
  })

  it('is put into no directory that everybody can change', async () => {
    expect(await refusalOf(write(join(tmpdir(), 'signet-page-nowhere.html')))).toMatchObject({
      code: 'refused',
      hint: expect.stringContaining('--html /root/signet.html'),
    })
  })

  // Root would write where that account leads it: over a file of root's, in a directory of its choice (CWE-59).
  it.skipIf(!canBeTwoAccounts('a directory of another account'))('is put into none of another account', async () => {
    mkdirSync(at('shared'))
    execFileSync('chmod', ['0755', root])
    execFileSync('chmod', ['0777', at('shared')])
    mkdirSync(at('victim'))
    asOtherAccount(`mkdir ${at('shared/theirs')}; ln -s ${at('victim')} ${at('shared/led')}`, '/')
    for (const name of ['shared/theirs/page.html', 'shared/led/page.html', 'shared/page.html']) {
      expect(await refusalOf(write(at(name)))).toMatchObject({ code: 'refused' })
    }
    expect(readdirSync(at('victim'))).toEqual([])
  })
})
