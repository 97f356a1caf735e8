import { expect, it } from 'vitest'
import { refusalOf } from '../../test/support/refusal.ts'
import { parseSetupAnswers, readSetupFile } from './setup-file.ts'

const nothing = { read: async () => undefined }

it('reads the answers to init and to join', () => {
  const init = 'name: etcd-1\nnetwork: [192.0.2.0/24, "2001:db8::/64"]\nendpoint: embedded:2222\nclientLifetime: 8h\n'
  expect(parseSetupAnswers('init', init, 'a.yaml')).toEqual({
    name: 'etcd-1',
    network: ['192.0.2.0/24', '2001:db8::/64'],
    endpoint: 'embedded:2222',
    clientLifetime: '8h',
  })
  expect(parseSetupAnswers('join', 'signerIp: 192.0.2.11\nport: 2222\n', 'a.yaml')).toEqual({
    signerIp: '192.0.2.11',
    port: '2222',
  })
})

it('no file gives no answers', async () => {
  expect(await readSetupFile('init', undefined, nothing)).toEqual({})
})

it('a file that is not there is refused', async () => {
  expect(await refusalOf(readSetupFile('init', '/no', nothing))).toMatchObject({ code: 'configuration' })
})

it.each([
  ['an unknown field', 'nmae: etcd-1'],
  ["another command's field", 'signerIp: 192.0.2.11'],
  ['a number for a text', 'name: 7'],
  ['a text for the list', 'network: 192.0.2.0/24'],
  ['an empty list', 'network: []'],
  ['a list of answers', '- name'],
  ['nothing', ''],
  ['no YAML', 'name: [a'],
  ['a field twice', 'name: a\nname: b'],
  ['an alias', 'name: &a b\naddress: *a'],
])('refuses %s', async (_, yaml) => {
  expect(await refusalOf(() => parseSetupAnswers('init', yaml, 'a.yaml'))).toMatchObject({
    code: 'configuration',
    message: expect.stringContaining('a.yaml'),
  })
})
