import { execFileSync } from 'node:child_process'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { quoteShell } from './quote-shell.ts'

it('leaves plain words as they are', () => {
  expect(quoteShell('/etc/kubernetes/pki')).toBe('/etc/kubernetes/pki')
  expect(quoteShell("it's $HOME")).toBe("'it'\\''s $HOME'")
})

it('gives words that a shell reads back unchanged', () => {
  const word = fc.string({ unit: 'binary' }).filter((text) => !/[\0\ud800-\udfff]/.test(text))
  fc.assert(
    fc.property(fc.array(word, { minLength: 20, maxLength: 40 }), (words) => {
      const script = `printf '%s\\0' ${words.map(quoteShell).join(' ')}`
      expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(words)
    }),
    { numRuns: 10 },
  )
})
