import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatPage } from '../../src/diagnosis/page/format-page.ts'
import type { PageFacts } from '../../src/diagnosis/page/page-facts.ts'
import {
  downFindings,
  downSigner,
  hostileSigner,
  hostileText,
  illFindings,
  illSigner,
  nothing,
  wellFindings,
  wellMaster,
  wellSigner,
} from '../support/host/shown-hosts.ts'
import { crowdedSigner, pageOf } from '../support/host/shown-pages.ts'
import { Browser, type Look, type Page } from './browser.ts'
import { judgePage } from './judge-page.ts'

/** Where the screenshots are, for people. */
const shots = join(import.meta.dirname, '../../.cache/page')
const directory = mkdtempSync(join(tmpdir(), 'signet-page-'))

const attack = `</title></style><script>document.title='attacked'</script><img src=x onerror="document.title='attacked'">'"`
const finding = { check: 'x', level: 'broken', what: attack, why: hostileText, fix: attack } as const

/** One of each kind of host, well and not. */
const pages: Readonly<Record<string, PageFacts>> = {
  'a signer, ill': pageOf(illSigner, illFindings),
  'a signer, its authority down': pageOf(downSigner, downFindings),
  'a signer, well': pageOf(wellSigner, wellFindings, { isByTimer: true }),
  'a signer of 5000 masters': pageOf(crowdedSigner, illFindings),
  'a member': pageOf({ ...wellSigner, horizon: null, masters: null }, wellFindings, { role: 'member' }),
  'a master': pageOf(wellMaster, wellFindings, { role: 'master', hostName: 'kubemaster-7' }),
  'a host that is nothing': pageOf(nothing, illFindings.slice(-1), { role: 'nothing', hostName: 'web-3' }),
  'a signer, hostile': pageOf(withNames(attack), [finding], { hostName: attack }),
}
const looks: readonly Look[] = [390, 1280].flatMap((width) => [
  { width, scheme: 'light' },
  { width, scheme: 'dark' },
])

let browser: Browser
beforeAll(async () => {
  mkdirSync(shots, { recursive: true })
  browser = await Browser.start()
})
afterAll(async () => {
  await browser.close()
  rmSync(directory, { recursive: true })
})

function withNames(name: string): typeof hostileSigner {
  const { certificates, members, masters, horizon } = hostileSigner
  return {
    ...hostileSigner,
    certificates: certificates.map((row) => ({ ...row, name, path: name })),
    members: members.map((row) => ({ ...row, name, fault: name, version: name, clientUrls: [name] })),
    masters: masters && { ...masters, soonest: masters.soonest.map((one) => ({ ...one, name, address: name })) },
    horizon: horizon && { ...horizon, name },
  }
}

async function show<Value>(text: string, look: Look, use: (page: Page) => Promise<Value>): Promise<Value> {
  const file = join(directory, 'page.html')
  writeFileSync(file, text)
  const page = await browser.open(file, look)
  try {
    return await use(page)
  } finally {
    await page.close()
  }
}

/** Text that ends outside of the window, or of what it stands in. */
const cutOff = `[...document.querySelectorAll('body *')].filter((element) => {
  const { right, left, width } = element.getBoundingClientRect()
  const isSeen = width > 1 && getComputedStyle(element).visibility === 'visible' && element.closest('thead, .late') === null
  return isSeen && (right > innerWidth + 0.5 || left < -0.5 || (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0
    && element.namespaceURI.endsWith('xhtml') && getComputedStyle(element).display !== 'inline'))
}).map((element) => element.outerHTML.slice(0, 120))`

describe.each(Object.entries(pages))('the page of %s', (name, facts) => {
  it.each(looks)('is what axe has nothing against, at $width in $scheme', async (look) => {
    await show(formatPage(facts), look, async (page) => {
      writeFileSync(
        join(shots, `${name.replaceAll(/[ ,]+/g, '-')}-${look.width}-${look.scheme}.png`),
        await page.screenshot(),
      )
      expect(await judgePage(page)).toEqual([])
    })
  })

  it.each([320, 390, 768, 1280])('fits a window of %i, and nothing is cut off', async (width) => {
    await show(formatPage(facts), { width, scheme: 'light' }, async (page) => {
      expect(await page.evaluate('document.scrollingElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
      expect(await page.evaluate(cutOff)).toEqual([])
    })
  })

  it('loads nothing but itself', async () => {
    await show(formatPage(facts), { width: 390, scheme: 'light' }, async (page) => {
      expect(page.requests).toEqual([pathToFileURL(join(directory, 'page.html')).href])
      expect(await page.evaluate('document.scripts.length')).toBe(0)
    })
  })
})

describe('who listens to the page', () => {
  it('hears landmarks, headings, tables with their captions, and the bars in words', async () => {
    const told = await show(formatPage(pages['a signer, ill'] ?? pageOf(nothing, [])), looks[0] as Look, (page) =>
      page.accessibilityTree(),
    )
    const of = (role: string): readonly string[] => told.filter((node) => node.role === role).map(({ name }) => name)
    expect(of('main')).toHaveLength(1)
    expect(of('banner')).toHaveLength(1)
    expect(of('contentinfo')).toHaveLength(1)
    expect(of('heading').slice(0, 2)).toEqual([expect.stringMatching(/^The first master would fail/), 'What to do'])
    expect(of('heading')).toContain('Members of etcd')
    expect(of('table')).toEqual([
      '2 of 3 members are healthy',
      'Those whose certificates end first, and those that ended last',
    ])
    // On a phone, too, where they look like cards.
    expect(of('columnheader')).toContain('Client URL')
    expect(of('rowheader')).toContain('etcd-2')
    expect(told).toContainEqual({
      role: 'image',
      name: expect.stringMatching(/^10 % of its lifetime is used; renewal/),
    })
  })

  it('is told of a page that was left open for more than five minutes, and not before', async () => {
    await show(formatPage(pageOf(wellSigner, wellFindings)), looks[0] as Look, async (page) => {
      const isShown = `getComputedStyle(document.querySelector('.late')).visibility`
      expect(await page.evaluate(isShown)).toBe('hidden')
      const at = (ms: number) =>
        page.evaluate(`for (const one of document.getAnimations()) one.currentTime = ${ms}; ${isShown}`)
      expect(await at(299_000)).toBe('hidden')
      expect(await at(301_000)).toBe('visible')
      expect(await judgePage(page)).toEqual([])
    })
  })
})

/** The smallest GIF. */
const dot = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'

describe('hostile names', () => {
  it('make no element, and stand there as text', async () => {
    const elements = `[...document.querySelectorAll('*')].map(({ localName }) => localName).join()`
    const count = (name: string) =>
      show(formatPage(pageOf(withNames(name), [{ ...finding, what: name, fix: name }])), looks[1] as Look, (page) =>
        page.evaluate<string>(elements),
      )
    expect(await count(attack)).toBe(await count('harmless'))
    await show(formatPage(pages['a signer, hostile'] ?? pageOf(nothing, [])), looks[0] as Look, async (page) => {
      expect(await page.evaluate('document.title')).toContain('<script>')
      expect(await page.evaluate(`document.querySelector('.finding h3').textContent`)).toBe(attack)
    })
  })

  it('would be seen where one became a script: without the policy it runs, with it not', async () => {
    const injected = formatPage(pages['a master'] ?? pageOf(nothing, [])).replace(
      '<main>',
      `<main><script>document.title = 'attacked'</script><img src="${dot}" style="border-width: 7px">`,
    )
    const without = injected.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
    const titleOf = async (text: string) =>
      show(text, looks[0] as Look, async (page) => [
        await page.evaluate('new Promise((done) => setTimeout(() => done(document.title), 200))'),
        await page.evaluate(`document.querySelector('img').style.borderWidth`),
        await page.evaluate(`document.querySelector('img').naturalWidth`),
      ])
    expect(await titleOf(without)).toEqual(['attacked', '7px', 1])
    expect(await titleOf(injected)).toEqual(['well: kubemaster-7 - Signet', '', 0])
  })
})

describe('the judges', () => {
  it('see what is wrong with a page that is worse', async () => {
    const page = formatPage(pageOf(illSigner, illFindings))
    const worse = page
      .replace('<main>', '<div style="color: #999; background: #fff">')
      .replace('</main>', '</div>')
      .replace('<header>', '<div>')
    const found = await show(
      worse.replace(/ aria-label="[^"]*"/, '').replace(/<meta http-equiv=[^>]*>/, ''),
      looks[0] as Look,
      judgePage,
    )
    for (const rule of ['landmark-one-main', 'svg-img-alt', 'region']) {
      expect(found).toContainEqual(expect.stringMatching(`^${rule}: `))
    }
    const pale = page.replaceAll('--muted: #57606c', '--muted: #a0a0a0').replace(/<meta http-equiv=[^>]*>/, '')
    expect(await show(pale, looks[0] as Look, judgePage)).toContainEqual(expect.stringMatching(/^color-contrast: /))
  })

  it('see what is cut off', async () => {
    const wide = formatPage(pageOf(illSigner, illFindings)).replace(/<meta http-equiv=[^>]*>/, '')
    const found = await show(wide.replace('<h1', '<h1 style="white-space: nowrap"'), looks[0] as Look, (page) =>
      page.evaluate<readonly string[]>(cutOff),
    )
    expect(found).toContainEqual(expect.stringMatching(/^<section class="card verdict/))
  })
})
