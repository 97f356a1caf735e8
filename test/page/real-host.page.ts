import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SandboxFixture } from '../support/host/sandbox-fixture.ts'
import { requestCertificate } from '../support/host/sandbox-master.ts'
import { Browser } from './browser.ts'
import { judgePage } from './judge-page.ts'

const sandbox = new SandboxFixture()
let browser: Browser

beforeAll(async () => {
  await sandbox.start('--members', '3')
  await requestCertificate(sandbox)
  browser = await Browser.start()
}, 90_000)
afterAll(async () => {
  await browser.close()
  await sandbox.stop()
})

it.each([
  [
    'a signer',
    '--sandbox sandbox',
    /^First certificate ends in 23 h \d+ m, .*: kubemaster-1; without this signer: unknown/,
    4,
  ],
  ['a master', '--dir master', /^First certificate ends in 23 h \d+ m, \d\d:\d\d UTC: kubemaster-1$/, 3],
] as const)(
  'the page that status writes of a real host is shown as it is: %s',
  async (_what, place, headline, rows) => {
    const { status, stderr } = await sandbox.signet(`status ${place} --html page.html`)
    expect(status, stderr).toBe(0)
    const file = join(sandbox.workspace, 'page.html')
    const page = await browser.open(file, { width: 390, scheme: 'light' })
    try {
      expect(await page.evaluate(`document.querySelector('h1').textContent`)).toMatch(headline)
      expect(await page.evaluate(`document.querySelectorAll('tbody tr').length`)).toBe(rows)
      expect(page.requests).toEqual([pathToFileURL(file).href])
      expect(await judgePage(page)).toEqual([])
    } finally {
      await page.close()
    }
  },
)
