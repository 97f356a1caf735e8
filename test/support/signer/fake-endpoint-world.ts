import type { LogFields } from '../../../src/core/log.ts'
import { SignetError } from '../../../src/core/signet-error.ts'
import { planRequestLimits } from '../../../src/endpoint/admission/front-limits.ts'
import { RateLimitedLog } from '../../../src/endpoint/admission/rate-limited-log.ts'
import { RequestLimiter } from '../../../src/endpoint/admission/request-limiter.ts'
import type { EndpointWorld } from '../../../src/endpoint/endpoint-world.ts'
import { createNetworkPolicy } from '../../../src/host/net/network-policy.ts'
import type { SigningQuestion } from '../../../src/protocol/authority-message.ts'
import { defaultSettings } from './default-limits.ts'
import { fakeStatus } from './scripted-authority.ts'

export interface LoggedLine {
  readonly level: string
  readonly event: string
  readonly fields: LogFields
}

const networks = ['127.0.0.1/32', '192.0.2.0/24', '2001:db8::/32']

/** A world with nothing real behind it, what was asked of the authority, and what was logged. */
export function createFakeWorld(changes: Partial<EndpointWorld> = {}) {
  const questions: SigningQuestion[] = []
  const lines: LoggedLine[] = []
  const record = (level: string) => (fields: LogFields, event: string) => void lines.push({ level, fields, event })
  const log = { info: record('info'), warn: record('warn'), error: record('error') }
  const clock = { now: () => 0 }
  const world: EndpointWorld = {
    isAllowed: createNetworkPolicy(networks),
    networks,
    requests: new RequestLimiter(planRequestLimits(defaultSettings)),
    authority: {
      sign: async (question) => {
        questions.push(question)
        return 'certificate\n'
      },
      status: async () => fakeStatus,
    },
    etcd: {
      readPeers: async () => 'https://192.0.2.1:2379\n',
      readTopology: async () => 'etcd-1=https://192.0.2.1:2380\n',
      readClusterVersion: async () => '3.6',
      readListedAddresses: async () => ['192.0.2.1'],
    },
    readCaCertificates: async () => [{ pem: 'CA certificate\n', pin: fakeStatus.pin }],
    isClockSynchronised: async () => null,
    clock,
    log,
    refusals: new RateLimitedLog(log, clock, 1000),
    ...changes,
  }
  return { world, questions, lines }
}

/** A function of it behind which nothing answers. */
export async function unavailable(): Promise<never> {
  throw new SignetError('unavailable', 'nothing answers', { hint: 'start it' })
}
