import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseConfig } from '../../src/host/signet-config.ts'

it('OPERATIONS tells every limit and its default', () => {
  const { limits } = parseConfig('controlPlaneNetworks: [192.0.2.0/24]', 'a test').endpoint
  const [, section = ''] = readFileSync('docs/OPERATIONS.md', 'utf8').split('\n## Limits\n')
  const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)`[^|]*\| (\d+)s? \|/gm)
  const told = Object.fromEntries([...rows].map(([, name, value]) => [name, Number(value)]))
  expect(told).toEqual(limits)
})
