import { expect, it } from 'vitest'
import { planEndpoints } from './etcdctl-arguments.ts'

const known = ['https://127.0.0.1:2379', 'https://192.0.2.12:2379']

it('etcdctl is told of every member', () => {
  expect(planEndpoints(['get', 'key'], known)).toEqual(['--endpoints=https://127.0.0.1:2379,https://192.0.2.12:2379'])
})

it('a snapshot is taken of one member, which etcdctl insists on', () => {
  expect(planEndpoints(['snapshot', 'save', 'file'], known)).toEqual(['--endpoints=https://127.0.0.1:2379'])
  expect(planEndpoints(['--debug', 'snapshot', 'save', 'file'], known)).toEqual(['--endpoints=https://127.0.0.1:2379'])
})
