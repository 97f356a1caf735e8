import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { failureTable, isFailureCode } from './failure-code.ts'

it('has a heading in the RUNBOOK for every code, and a code for every heading', () => {
  const runbook = readFileSync(new URL('../../docs/RUNBOOK.md', import.meta.url), 'utf8')
  const headings = [...runbook.matchAll(/^## Failure: (.+)\n\nExit status (\d+)\./gm)]
  const documented = headings.map(([, code, status]) => [code, Number(status)])
  expect(documented).toEqual(Object.entries(failureTable).map(([code, { exitStatus }]) => [code, exitStatus]))
})

it('knows its own codes and no others', () => {
  expect(isFailureCode('refused')).toBe(true)
  expect(isFailureCode('toString')).toBe(false)
})
