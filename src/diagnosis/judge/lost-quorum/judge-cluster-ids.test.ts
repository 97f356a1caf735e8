import { expect, it } from 'vitest'
import { judgeClusterIds } from './judge-cluster-ids.ts'

const [former, recovered] = ['1111111111111111', '2222222222222222']
const at = (host: number, clusterId: string) => ({ place: `https://192.0.2.${host}:2379`, clusterId })

it('members of one cluster are well, and where nobody answers nothing is said', () => {
  expect(judgeClusterIds({ places: [at(1, recovered), at(2, recovered)], former: [former] })).toMatchObject([
    { level: 'well' },
  ])
  expect(judgeClusterIds({ places: [], former: [] })).toEqual([])
})

it('old members that are awake beside a recovered one are named, with what to type', () => {
  const places = [at(1, recovered), at(2, former), at(3, former)]
  expect(judgeClusterIds({ places, former: [former] })).toMatchObject([
    {
      level: 'broken',
      what: `members answer in 2 clusters: the former ${former} at https://192.0.2.2:2379, https://192.0.2.3:2379; ${recovered} at https://192.0.2.1:2379`,
      fix: expect.stringContaining(`signet recover --rejoin --cluster=${recovered}`),
    },
  ])
})

it('who cannot tell which is the former one says so', () => {
  expect(judgeClusterIds({ places: [at(1, recovered), at(2, former)], former: [] })).toMatchObject([
    { level: 'broken', fix: expect.stringContaining('--cluster=ID') },
  ])
})
