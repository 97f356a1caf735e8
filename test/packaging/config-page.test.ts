import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseConfig } from '../../src/host/signet-config.ts'

const file = 'packaging/man/signet.yaml.5'
const page = readFileSync(file, 'utf8').replaceAll('\\-', '-')

/** The path and the value of every key that a configuration ends up with. */
function flatten(value: object, before = ''): readonly (readonly [string, unknown])[] {
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) && Object.keys(inner).length > 0
      ? flatten(inner, `${before}${name}.`)
      : [[`${before}${name}`, inner] as const],
  )
}

it('the page of signet.yaml holds every key that there is, and no other', () => {
  const keys = flatten(parseConfig('controlPlaneNetworks: [192.0.2.0/24]', 'a test')).map(([key]) => key)
  const terms = [...page.matchAll(/^\.TP\n\.(?:B|BR) (.+)$/gm)].flatMap(([, term = '']) => term.match(/[\w.]+/g) ?? [])
  expect(terms.toSorted()).toEqual(keys.toSorted())
})

it('the page of signet.yaml tells the defaults as they are', () => {
  const defaults = flatten(parseConfig('controlPlaneNetworks: [192.0.2.0/24]', 'a test'))
  for (const [key, value] of defaults) {
    if (typeof value === 'string' && key !== 'clock') expect(page, key).toContain(value)
    if (typeof value === 'number' && value < 7000 && !/Time$/.test(key)) expect(page, key).toContain(`${value}`)
  }
})

it('the example on the page of signet.yaml is one that the services take', () => {
  const example = /^\.SH EXAMPLE\n\.EX\n(.+?)\n\.EE$/ms.exec(page)?.[1] ?? ''
  expect(parseConfig(example, 'the example')).toMatchObject({ endpoint: { front: 'embedded' } })
})

const lint = ['mandoc', 'groff'].find((candidate) => spawnSync(candidate, ['--version']).error === undefined)
it.skipIf(lint === undefined && process.env['CI'] === undefined)('the page of signet.yaml is well-formed', () => {
  const args = lint === 'mandoc' ? ['-Tlint', '-Wwarning', file] : ['-man', '-Tutf8', '-ww', '-z', file]
  const { status, stdout, stderr } = spawnSync(lint ?? 'groff', args, { encoding: 'utf8' })
  expect([status, stdout, stderr]).toEqual([0, '', ''])
})
