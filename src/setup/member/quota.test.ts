import { expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { parseQuota, quotaArgument } from './quota.ts'

it.each([
  [undefined, 8 * 1024 ** 3],
  ['64MiB', 64 * 1024 ** 2],
  ['128GiB', 128 * 1024 ** 3],
])('a quota of %s is %d bytes', (text, bytes) => {
  expect(parseQuota(text)).toBe(bytes)
})

it.each(['63MiB', '129GiB', '8', 'much'])('refuses a quota of %s', async (text) => {
  expect(await refusalOf(() => parseQuota(text))).toMatchObject({
    code: 'usage',
    message: expect.stringContaining('--quota'),
  })
})

it('a run with the default quota has the arguments that it had before there was another', () => {
  expect([quotaArgument(8 * 1024 ** 3), quotaArgument(1024 ** 3)]).toEqual([[], ['--quota=1GiB']])
})

it.each(['64MiB', '1GiB', '1536MiB', '100000MiB', '128GiB'])('a run with %s is typed again as it is told', (text) => {
  const [argument = ''] = quotaArgument(parseQuota(text))
  expect(parseQuota(argument.replace('--quota=', ''))).toBe(parseQuota(text))
})
