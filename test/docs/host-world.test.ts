import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const checkout = join(import.meta.dirname, '../..')

it('ARCHITECTURE says of each field of HostWorld how it differs, and of no other', () => {
  const source = readFileSync(join(checkout, 'src/setup/host-world.ts'), 'utf8')
  const [, members = ''] = /export interface HostWorld \{\n([\s\S]*?)\n\}/.exec(source) ?? []
  const fields = [...members.matchAll(/^ {2}readonly (\w+):/gm)].map(([, name]) => name)
  const page = readFileSync(join(checkout, 'docs/ARCHITECTURE.md'), 'utf8')
  const [, section = ''] = /### What differs between a host, a sandbox and a test\n([\s\S]*?)\n## /.exec(page) ?? []
  const heads = section.split('\n').filter((line) => line.startsWith('| `'))
  const told = heads.flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name))
  expect(fields.length).toBeGreaterThan(8)
  expect(told).toEqual(fields)
})
