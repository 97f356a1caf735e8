import { describe, expect, it } from 'vitest'
import { formatArguments } from './format-arguments.ts'
import { formatPlan } from './format-plan.ts'

describe('formatPlan', () => {
  const told = { lines: ['CA SHA256:aa'], fields: { name: 'etcd-1' }, steps: [{ id: 'dig', title: 'dig a hole' }] }

  it('gives people a line for each step, below what they should know first', () => {
    expect(formatPlan(told, false)).toBe('CA SHA256:aa\ndig a hole\n')
    expect(formatPlan({ ...told, lines: [] }, undefined)).toBe('dig a hole\n')
  })

  it('gives programs one object, with warnings where the plan has any', () => {
    const steps = '"steps":[{"id":"dig","title":"dig a hole"}]'
    expect(formatPlan(told, true)).toBe(`{"name":"etcd-1",${steps}}\n`)
    expect(formatPlan({ ...told, warnings: ['no'] }, true)).toBe(`{"name":"etcd-1",${steps},"warnings":["no"]}\n`)
  })
})

describe('formatArguments', () => {
  it('tells options in their order, one with several values several times, and none that was not given', () => {
    const options = { name: 'etcd-1', network: ['192.0.2.0/24', '2001:db8::/64'], port: undefined, endpoint: 2222 }
    expect(formatArguments('init', options, ['--quota=1GiB'])).toBe(
      'init --name=etcd-1 --network=192.0.2.0/24 --network=2001:db8::/64 --endpoint=2222 --quota=1GiB',
    )
    expect(formatArguments('init', {})).toBe('init')
  })
})
