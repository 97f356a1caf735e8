import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { describeWith } from '../../../test/support/shell/external-program.ts'
import { escapeUnitPath } from './escape-unit-path.ts'

it('writes a path as the name of an instance', () => {
  expect(escapeUnitPath('/etc/my-pki')).toBe('etc-my\\x2dpki')
  expect(escapeUnitPath('/')).toBe('-')
})

describeWith('systemd-escape', 'a path as the name of an instance', () => {
  it.each(['/', '/pki', '/pki/', '/etc//my-pki', '/.hidden/x', '/with blank', "/it's", '/ü/%f', '/a\\b', '/a:b_c.d'])(
    'is %j as systemd writes it',
    (path) => {
      const { stdout } = spawnSync('systemd-escape', ['--path', '--', path], { encoding: 'utf8' })
      expect(`${escapeUnitPath(path)}\n`).toBe(stdout)
    },
  )
})
