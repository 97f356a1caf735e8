import axe from 'axe-core'
import type { Page } from './browser.ts'

/** What axe finds against a page: its rules of WCAG 2.2, A and AA, and those of good practice. */
export async function judgePage(page: Page): Promise<readonly string[]> {
  await page.evaluate(`${axe.source}; 0`)
  return page.evaluate(
    `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`,
  )
}
