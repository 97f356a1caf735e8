import { expect, it } from 'vitest'
import { findPrivateGroup, readPrivateGroup } from './private-group.ts'

const passwd = [
  'root:x:0:0:root:/root:/bin/bash',
  'alice:x:1000:1000:,,,:/home/alice:/bin/bash',
  'bob:x:1001:100::/home/bob:/bin/sh',
  'carol:x:1002:1002::/home/carol:/bin/sh',
  'dave:x:1003:1002::/home/dave:/bin/sh',
  'erin:x:1004:1004::/home/erin:/bin/sh',
  'faith:x:1005:1005::/home/faith:/bin/sh',
].join('\n')
const group = [
  'root:x:0:',
  'users:x:100:',
  'alice:x:1000:',
  'carol:x:1002:',
  'erin:x:1004:bob',
  'developers:x:1005:',
].join('\n')

it.each([
  ['whose group is named as the account and has nobody else in it', 1000, 1000],
  ['root', 0, undefined],
  ['whose group is one for all', 1001, undefined],
  ["whose group is another account's too", 1002, undefined],
  ['whose group has another member', 1004, undefined],
  ['whose group has another name', 1005, undefined],
  ['that is not known', 4711, undefined],
])('an account %s', (_, uid, expected) => {
  expect(findPrivateGroup({ passwd, group }, uid)).toBe(expected)
})

it('is never one of root, on this host too', async () => {
  expect(await readPrivateGroup(0)).toBeUndefined()
})
