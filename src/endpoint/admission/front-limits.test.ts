import { expect, it } from 'vitest'
import {
  defaultEmbeddedLimits,
  defaultRelayLimits,
  defaultSettings,
} from '../../../test/support/signer/default-limits.ts'
import { planEmbeddedLimits, planRelayLimits, planRequestLimits } from './front-limits.ts'

const ofEveryConnection = {
  requestTimeoutMs: 30_000,
  inputTimeoutMs: 10_000,
  minSilenceMs: 3000,
  lingerMs: 2000,
  closeTimeoutMs: 5000,
  maxConnections: 4096,
  maxBusyConnections: 512,
}

it('gives both fronts the same limits where operators say nothing, and each its own', () => {
  expect(planRequestLimits(defaultSettings)).toEqual({ requestsPerMinute: 6000, maxSources: 16_384 })
  expect(defaultRelayLimits).toEqual({ ...ofEveryConnection, callTimeoutMs: 10_000 })
  expect(defaultEmbeddedLimits).toEqual({
    ...ofEveryConnection,
    loginTimeoutMs: 10_000,
    maxConnectionsPerSource: 2048,
    maxBusyServed: 16,
    maxServed: 256,
    maxOutsideConnections: 64,
    maxLoginAttempts: 3,
    maxRekeys: 4,
    maxReceivedBytes: 4_194_304,
    maxUnsentBytes: 262_144,
  })
})

it('takes what operators say, times in seconds', () => {
  const said = {
    requestsPerMinute: 1,
    connections: 2,
    connectionsPerAddress: 3,
    busyConnections: 4,
    served: 5,
    loginTime: 6,
    requestTime: 7,
  }
  expect(planRequestLimits(said)).toMatchObject({ requestsPerMinute: 1 })
  const shared = { maxConnections: 2, maxBusyConnections: 4, requestTimeoutMs: 7000 }
  expect(planRelayLimits(said)).toMatchObject({ ...shared, callTimeoutMs: 10_000 })
  const own = { maxConnectionsPerSource: 3, maxServed: 5, loginTimeoutMs: 6000 }
  expect(planEmbeddedLimits(said)).toMatchObject({ ...shared, ...own })
})
