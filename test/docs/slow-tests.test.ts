import { globSync } from 'node:fs'
import { expect, it } from 'vitest'
import { slowSuite, suite } from '../../scripts/test-etcd/run-suite.mjs'

it('every slow test is run by npm run test:etcd', () => {
  const slow = globSync('{src,test}/**/*.slow.test.ts')
  expect(slow.length).toBeGreaterThan(0)
  const run = [...suite, ...slowSuite]
  expect(slow.filter((file) => !run.some((start) => file.startsWith(start)))).toEqual([])
  expect(run.filter((start) => globSync(`${start}*`).length === 0)).toEqual([])
})
