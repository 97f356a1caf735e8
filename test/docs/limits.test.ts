import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { expect, it } from 'vitest'
import { planRelayLimits, planRequestLimits } from '../../src/endpoint/admission/front-limits.ts'
import { planMemoryBound } from '../../src/endpoint/memory-bound.ts'
import type { LimitSettings } from '../../src/host/signet-config.ts'
import { defaultEmbeddedLimits, defaultRelayLimits, defaultSettings } from '../support/signer/default-limits.ts'

it('OPERATIONS tells every limit and its default', () => {
  const [, section = ''] = readFileSync('docs/OPERATIONS.md', 'utf8').split('\n## Limits\n')
  const rows = (section.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)`[^|]*\| (\d+)s? \|/gm)
  const told = Object.fromEntries([...rows].map(([, name, value]) => [name, Number(value)]))
  expect(told).toEqual(defaultSettings)
})

it('OPERATIONS tells what the endpoint may take of memory, and how long a caller may keep others waiting', () => {
  const text = readFileSync('docs/OPERATIONS.md', 'utf8')
  expect(text).toContain(`${planMemoryBound(defaultSettings) / 1024 ** 2} MiB by default`)
  for (const { minSilenceMs } of [defaultEmbeddedLimits, defaultRelayLimits])
    expect(text).toContain(`keeps the endpoint waiting for ${minSilenceMs / 1000} s`)
  const unit = readFileSync('packaging/units/signet-endpoint.service', 'utf8')
  expect(text).toContain(`\`${/^MemoryMax=.*$/m.exec(unit)}\``)
})

it('OPERATIONS tells which limits count behind OpenSSH', () => {
  const names = Object.keys(defaultSettings) as (keyof LimitSettings)[]
  const plan = (settings: LimitSettings) => ({ ...planRequestLimits(settings), ...planRelayLimits(settings) })
  const isKept = (name: keyof LimitSettings): boolean =>
    !isDeepStrictEqual(plan({ ...defaultSettings, [name]: defaultSettings[name] + 1 }), plan(defaultSettings))
  const text = readFileSync('docs/OPERATIONS.md', 'utf8')
  const [, told = ''] = /With OpenSSH in front, ([^;]*) count;/.exec(text) ?? []
  expect([...told.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual(names.filter(isKept))
})
