import { describe, expect, it } from 'vitest'
import {
  downFindings,
  downSigner,
  hostileSigner,
  hostileText,
  illFindings,
  illSigner,
  newSigner,
  nothing,
  shownAtMs,
  wellFindings,
  wellMaster,
  wellSigner,
} from '../../../test/support/host/shown-hosts.ts'
import { formatDoctor } from './format-doctor.ts'
import { formatStatus } from './format-status.ts'
import { colouredScreen, plainScreen, type Screen } from './screen.ts'

const place = (screen: Screen) => ({ screen, nowMs: shownAtMs, atMs: shownAtMs })
const screens = {
  'in a pipe': plainScreen,
  'at 60 columns': { ...plainScreen, columns: 60 },
  'at 20 columns': { ...plainScreen, columns: 20 },
  'at 100 columns, in colour': colouredScreen(100),
}

/** What is typed, and what it shows: the transcripts of this folder. */
const shown: Readonly<Record<string, (screen: Screen) => string>> = {
  'signet status, a master, well': (screen) => formatStatus(wellMaster, wellFindings, place(screen)),
  'signet doctor, a master, well': (screen) => formatDoctor(wellMaster, wellFindings, place(screen)),
  'signet status, a signer, ill': (screen) => formatStatus(illSigner, illFindings, place(screen)),
  'signet doctor, a signer, ill': (screen) => formatDoctor(illSigner, illFindings, place(screen)),
  'signet status, a signer, well': (screen) => formatStatus(wellSigner, wellFindings, place(screen)),
  'signet status, a signer, its authority down': (screen) => formatStatus(downSigner, downFindings, place(screen)),
  'signet doctor, a signer, its authority down': (screen) => formatDoctor(downSigner, downFindings, place(screen)),
  'signet status, a signer, just adopted': (screen) => formatStatus(newSigner, wellFindings, place(screen)),
  'signet doctor --all, a master, well': (screen) =>
    formatDoctor(wellMaster, wellFindings, { ...place(screen), showsAll: true }),
  'signet status, nothing here': (screen) =>
    formatStatus(
      nothing,
      [
        {
          check: 'certificate',
          level: 'broken',
          what: 'this host has no certificate',
          fix: 'signet request',
        },
      ],
      place(screen),
    ),
}

// As the colours are called, so that a transcript can be read.
const names = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan' } as const
const readable = (text: string): string =>
  text
    .replaceAll('\u001b', '\\e')
    .replace(/\\e\[(1|2|31|32|33|36)m/g, (_, code: keyof typeof names) => `<${names[code]}>`)
    .replace(/\\e\[(?:22|39)m/g, '</>')

describe('the screens of status and doctor', () => {
  it.each(Object.entries(screens))('are as the transcript says: %s', async (where, screen) => {
    const text = Object.entries(shown).map(([what, show]) => `=== ${what}\n${readable(show(screen))}`)
    await expect(text.join('\n')).toMatchFileSnapshot(`transcripts/${where.replaceAll(/[ ,]+/g, '-')}.txt`)
  })

  it.each([60, 80, 100, 120])('fit %i columns, but for what is to be copied whole', (columns) => {
    for (const show of Object.values(shown)) {
      const wide = show({ ...plainScreen, columns })
        .split('\n')
        .filter(
          (line) => line.length > columns && !/^ *(?:type|next): /.test(line) && !/^ *SHA256:[0-9A-F]+$/.test(line),
        )
      expect(wide).toEqual([])
    }
  })

  it.each([1, 20, 40, 60, 80])('break no URL, no pin and no command at %i columns', (columns) => {
    for (const show of Object.values(shown)) {
      const wordsOf = (text: string) => text.match(/https:\S+|SHA256:\S+|type: .*|next: .*/g) ?? []
      const words = new Set(wordsOf(show({ ...plainScreen, columns })))
      const whole = wordsOf(show(plainScreen)).filter((word) => !word.endsWith(':2380'))
      expect(whole.filter((word) => !words.has(word))).toEqual([])
    }
  })

  it('begin with how things are, and end with what to do next', () => {
    for (const show of Object.values(shown)) {
      expect(show(plainScreen)).toMatch(/^(?:well|attention|broken)[;:\n]/)
      expect(show(plainScreen)).toMatch(/\nnext: [^\n]+\n$/)
    }
  })

  it.each(Object.entries(screens))('obey no name of somebody else: %s', (_where, { columns }) => {
    const findings = [{ check: 'x', level: 'broken', what: hostileText, why: hostileText, fix: hostileText }] as const
    for (const show of [formatStatus, formatDoctor]) {
      const text = show(hostileSigner, findings, place({ ...plainScreen, columns }))
      expect(text).toMatch(/^[\x20-\x7e\n]+$/)
      expect(text).not.toMatch(/^(?:well|next: no action)/m)
    }
  })
})
