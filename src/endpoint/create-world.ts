import { systemClock } from '../core/clock.ts'
import { createClockSync } from '../host/clock-sync.ts'
import { createNetworkPolicy } from '../host/net/network-policy.ts'
import type { SignetConfig } from '../host/signet-config.ts'
import { writeCsr } from '../x509/write/write-csr.ts'
import { planRequestLimits } from './admission/front-limits.ts'
import { RequestLimiter } from './admission/request-limiter.ts'
import type { EndpointWorld } from './endpoint-world.ts'
import type { AuthorityClient } from './upstream/authority-client.ts'
import { readCaPem, readTrustedCas } from './upstream/ca-file.ts'
import { ClusterReader } from './upstream/cluster-reader.ts'
import { connectToEtcd } from './upstream/connect-to-etcd.ts'
import { EndpointCredential } from './upstream/endpoint-credential.ts'

/** What whoever runs the endpoint makes before, and ends after it. */
type Given = Pick<EndpointWorld, 'log' | 'refusals'> & { readonly authority: AuthorityClient }

/** What answering calls touches, as `signet.yaml` says. Nothing is connected before the first question. */
export function createWorld(config: SignetConfig, { authority, log, refusals }: Given): EndpointWorld {
  const sign = authority.sign.bind(authority)
  const credential = new EndpointCredential({ writeCsr, sign, clock: systemClock })
  return {
    isAllowed: createNetworkPolicy(config.controlPlaneNetworks),
    networks: config.controlPlaneNetworks,
    requests: new RequestLimiter(planRequestLimits(config.endpoint.limits)),
    authority,
    etcd: new ClusterReader({
      readCredential: () => credential.read(),
      readCaPem: () => readCaPem(config.paths.caCertificate),
      connect: (trust, learnt) => connectToEtcd(config, trust, learnt),
      clock: systemClock,
      log: refusals,
    }),
    readCaCertificates: () => readTrustedCas(config.paths.caCertificate),
    isClockSynchronised: createClockSync(systemClock),
    clock: systemClock,
    log,
    refusals,
  }
}
