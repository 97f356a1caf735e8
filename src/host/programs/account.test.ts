import { expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { readAccount } from './account.ts'

it('the numbers of an account come from the name service', async () => {
  const account = await readAccount('etcd', async () => 'etcd:x:107:112:etcd,,,:/var/lib/etcd:/usr/sbin/nologin\n')
  expect(account).toEqual({ uid: 107, gid: 112 })
})

it.each(['', 'other:x:1:1::/:/bin/sh\n', 'etcd:x:a:b::/:/bin/sh\n'])('no account in %j', async (answer) => {
  expect(await refusalOf(readAccount('etcd', async () => answer))).toMatchObject({
    code: 'configuration',
    message: 'this host has no account etcd',
  })
})

it('no account where the name service knows none', async () => {
  const failing = async (): Promise<string> => {
    throw new Error('exit status 2')
  }
  expect(await refusalOf(readAccount('etcd', failing))).toMatchObject({ code: 'configuration' })
})
