import fc from 'fast-check'
import { expect, it } from 'vitest'
import { asSignetError } from '../core/signet-error.ts'
import { maxInputBytes } from './csr-input.ts'
import {
  formatRelayAnswer,
  formatRelayCall,
  formatRelayInput,
  maxRelayLineBytes,
  parseRelayAnswer,
  parseRelayCall,
  parseRelayInput,
} from './relay-message.ts'

it('is one line, whatever the command holds, and comes back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (command) => {
      const line = formatRelayCall({ address: '192.0.2.1', command })
      expect(line).not.toContain('\n')
      expect(parseRelayCall(line)).toEqual({ address: '192.0.2.1', command })
    }),
  )
})

it('cuts a command that no word can be as long as, and so keeps the line short', () => {
  const line = formatRelayCall({ address: '192.0.2.1', command: '\0'.repeat(100_000) })
  expect(line.length).toBeLessThan(maxRelayLineBytes)
  expect(parseRelayCall(line).command).toHaveLength(1024)
})

it('keeps "no command" apart from an empty one', () => {
  expect(parseRelayCall(formatRelayCall({ address: '192.0.2.1', command: null })).command).toBeNull()
})

it('carries input of any bytes, and of too much one byte too many', () => {
  const input = Buffer.from([0, 10, 255])
  expect(parseRelayInput(formatRelayInput(input))).toEqual(input)
  expect(parseRelayInput(formatRelayInput(Buffer.alloc(100_000)))).toHaveLength(maxInputBytes + 1)
})

it('carries the answer', () => {
  const answer = { exitStatus: 77, stdout: '', stderr: 'signet: error: no\n' }
  expect(parseRelayAnswer(formatRelayAnswer(answer))).toEqual(answer)
})

it.each([
  ['not JSON', 'ssh'],
  ['null', 'null'],
  ['a list', '[]'],
  ['numbers for text', '{"address":1,"command":2,"input":3,"exitStatus":"0","stdout":4,"stderr":5}'],
  ["a status that is ssh's own", '{"exitStatus":255,"stdout":"","stderr":""}'],
])('refuses %s', (_what, line) => {
  for (const parse of [parseRelayCall, parseRelayInput, parseRelayAnswer]) {
    expect(refusalOf(() => parse(line))).toBe('bad-data')
  }
})

function refusalOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    return asSignetError(error).code
  }
  return 'none'
}
