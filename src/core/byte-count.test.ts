import { expect, it } from 'vitest'
import { refusalOf } from '../../test/support/refusal.ts'
import { formatBytes, parseBytes } from './byte-count.ts'

it.each([
  ['8GiB', 8 * 1024 ** 3],
  ['512MiB', 512 * 1024 ** 2],
])('reads %s', (text, bytes) => {
  expect(parseBytes(text, '--quota')).toBe(bytes)
})

it.each(['', '8', '8G', '8 GiB', '0GiB', '-1GiB', '1.5GiB', '8gib', '1e3MiB', '9999999MiB', '8GiB\n'])(
  'refuses %j',
  async (text) => {
    expect(await refusalOf(() => parseBytes(text, '--quota'))).toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('8GiB'),
    })
  },
)

it.each([
  [0, '0 MiB'],
  [1024 ** 2 * 1.55, '1.6 MiB'],
  [1024 ** 3, '1 GiB'],
  [2.5 * 1024 ** 3, '2.5 GiB'],
])('writes %d as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})
