import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { overwriting, watch } from './watch.ts'

const lines = Array.from({ length: 6 }, (_, index) => `line ${index}\n`).join('')
const readable = (shown: string): string => shown.replaceAll('\u001b', '<ESC>')

describe('watch', () => {
  it('puts one screen below the other where there is no terminal, and ends as the last one', async () => {
    const stdout = new PassThrough()
    let count = 0
    const look = () => {
      count += 1
      return Promise.resolve({ text: `look ${count}\n`, status: count })
    }
    expect(await watch(look, { stdout, intervalMs: 1, most: 3 })).toBe(3)
    stdout.end()
    expect(await text(stdout)).toBe('look 1\n\nlook 2\n\nlook 3\n')
  })

  it('puts JSON objects on lines that follow one another', async () => {
    const stdout = new PassThrough()
    await watch(() => Promise.resolve({ text: '{}\n', status: 0 }), { stdout, intervalMs: 1, most: 2 })
    stdout.end()
    expect(await text(stdout)).toBe('{}\n{}\n')
  })
})

describe('overwriting', () => {
  it('writes over the screen before, and clears what is left of it', () => {
    const shown = overwriting('one\ntwo\n', { columns: 80, rows: 24 }, false)
    expect(readable(shown)).toBe('<ESC>[Hone<ESC>[K\ntwo<ESC>[K\n<ESC>[J')
    expect(readable(overwriting('one\n', { columns: 80, rows: 24 }, true))).toMatch(/^<ESC>\[2J<ESC>\[H/)
  })

  it.each([
    [5, 80, ['line 0', 'line 1', 'line 2', '... 3 more lines: signet status']],
    [7, 80, ['line 0', 'line 1', 'line 2', 'line 3', 'line 4', 'line 5']],
    // Each line wraps.
    [5, 4, ['line 0', '... 5 more lines: signet status']],
  ])('is cut where a terminal of %i rows and %i columns ends', (rows, columns, expected) => {
    const shown = readable(overwriting(lines, { columns, rows }, false))
    expect(
      shown
        .replace(/^<ESC>\[H|<ESC>\[J$/g, '')
        .split('<ESC>[K\n')
        .slice(0, -1),
    ).toEqual(expected)
  })
})
