import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { defaultFrontLimits } from '../../src/endpoint/admission/front-limits.ts'
import { planMemoryBound } from '../../src/endpoint/memory-bound.ts'
import { defaultRelayLimits } from '../../src/endpoint/relay-front/relay-limits.ts'
import { parseConfig } from '../../src/host/signet-config.ts'

it('OPERATIONS tells every limit and its default', () => {
  const { limits } = parseConfig('controlPlaneNetworks: [192.0.2.0/24]', 'a test').endpoint
  const [, section = ''] = readFileSync('docs/OPERATIONS.md', 'utf8').split('\n## Limits\n')
  const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)`[^|]*\| (\d+)s? \|/gm)
  const told = Object.fromEntries([...rows].map(([, name, value]) => [name, Number(value)]))
  expect(told).toEqual(limits)
})

it('OPERATIONS tells what the endpoint may take of memory, and how long a caller may keep others waiting', () => {
  const { limits } = parseConfig('controlPlaneNetworks: [192.0.2.0/24]', 'a test').endpoint
  const text = readFileSync('docs/OPERATIONS.md', 'utf8')
  expect(text).toContain(`${planMemoryBound(limits) / 1024 ** 2} MiB by default`)
  for (const { minSilenceMs } of [defaultFrontLimits, defaultRelayLimits])
    expect(text).toContain(`keeps the endpoint waiting for ${minSilenceMs / 1000} s`)
  const unit = readFileSync('packaging/units/signet-endpoint.service', 'utf8')
  expect(text).toContain(`\`${/^MemoryMax=.*$/m.exec(unit)}\``)
})
