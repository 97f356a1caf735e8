import { expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { requireKnown } from './forget-master.ts'

const known = { name: 'kubemaster-7', address: '192.0.2.7', expiry: '2031-05-17T12:00:00.000Z', keyChanged: false }

it('takes a master that the journal knows, and one that may be among those that it does not tell of', () => {
  expect(() => requireKnown('kubemaster-7', { total: 1, soonest: [known] })).not.toThrow()
  expect(() => requireKnown('kubemaster-8', { total: 5000, soonest: [known] })).not.toThrow()
})

it.each(['etcd-1', 'kubemaster-7\n', ''])('refuses %j, which is no name of a master', async (name) => {
  expect(await refusalOf(() => requireKnown(name, { total: 5000, soonest: [known] }))).toMatchObject({ code: 'usage' })
})

it('refuses a slip', async () => {
  const refusal = await refusalOf(() => requireKnown('kubemaster-8', { total: 1, soonest: [known] }))
  expect(refusal).toMatchObject({ code: 'usage', message: 'the journal knows no kubemaster-8' })
})
