import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fillHoles, readCatalogue } from '../support/hints/hint-catalogue.ts'
import { shell } from '../support/shell/shell.ts'

const directory = mkdtempSync(join(tmpdir(), 'signet-looks-'))
const file = join(directory, 'ca.crt')

beforeAll(async () => {
  const self = `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout k -subj /CN=x -out ca.crt`
  expect(await shell(`${self} 2>/dev/null`, { directory })).toMatchObject({ status: 0 })
})
afterAll(() => rmSync(directory, { recursive: true }))

/** What stands in a hole, by what it is called in the source. */
function standIn(hole: string): string {
  if (/line\}/.test(hole)) return '1'
  if (/lines/.test(hole)) return '-e x'
  if (/optionOf/.test(hole)) return ''
  if (/look\}/.test(hole)) return 'see'
  if (/host|address/i.test(hole)) return 'localhost'
  return /director|dirname/.test(hole) ? directory : file
}

const looking = 'ls|df|openssl|ip|ss|getent|pgrep|flock|ssh -G|grep|namei|findmnt|sed -n|cat'

/** The commands of a hint that only show something, as they would be typed. */
function commandsOf(text: string): readonly string[] {
  const typed = fillHoles(text, standIn)
    .replaceAll(/\bFILE\b/g, file)
    .replaceAll('/var/lib/signet', directory)
  return [...typed.matchAll(new RegExp(`(?:^|[:;(] ?|or )((?:${looking}) [^;()]*?)(?=[;)]|, |$)`, 'g'))].map(
    ([, command = '']) => command,
  )
}

const looks = readCatalogue().filter(({ kind }) => kind === 'looks')

describe('a hint that only shows something', () => {
  it.each(looks.map(({ text }) => [text]))('can be typed: %s', async (text) => {
    const commands = commandsOf(text)
    expect(commands.length).toBeGreaterThan(0)
    for (const command of commands) {
      const isHere = await shell(`command -v ${command.split(' ')[0]}`, { directory })
      if (isHere.status !== 0 && process.env['CI'] === undefined) {
        process.stderr.write(`skipped: ${command} (not installed)\n`)
        continue
      }
      const { status, stdout, stderr } = await shell(command, { directory })
      // pgrep and ss may have nothing to show.
      expect(/^(pgrep|grep)/.test(command) ? [0, 1] : [0], `${command}\n${stdout}${stderr}`).toContain(status)
    }
  })
})
