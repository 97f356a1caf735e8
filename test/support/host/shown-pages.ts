import type { Finding } from '../../../src/core/finding.ts'
import type { HostDescription } from '../../../src/diagnosis/describe-host.ts'
import type { PageFacts } from '../../../src/diagnosis/page/page-facts.ts'
import { shownAtMs, wellSigner } from './shown-hosts.ts'

/** What the page says of a host: a signer by default, of which somebody has a page written by hand. */
export function pageOf(
  host: HostDescription,
  findings: readonly Finding[],
  change: Partial<PageFacts> = {},
): PageFacts {
  return {
    ...{ nowMs: shownAtMs, version: '0.1.0', hostName: 'etcd-1', role: 'signer', isByTimer: false },
    ...{ host, findings, clientLifetimeSeconds: 86_400 },
    renewals: new Map(host.certificates.map(({ path }) => [path, shownAtMs + 2 * 3_600_000])),
    ...change,
  }
}

/** A signer with 5,000 masters, of which 180 were taken down within a week. */
export const crowdedSigner: HostDescription = {
  ...wellSigner,
  masters: {
    ...{ total: 5000, expired: 180, keysChanged: 2, keysShared: 0, sharedKeys: [] },
    soonest: Array.from({ length: 200 }, (_, index) => ({
      ...{ name: `kubemaster-${index + 1}`, address: `192.0.2.${index % 256}`, keyChanged: index % 50 === 0 },
      expiry: new Date(shownAtMs + (index - 179) * 1_800_000).toISOString(),
    })),
  },
  horizon: wellSigner.horizon && { ...wellSigner.horizon, masters: 4817, unknownFor: 3, expired: 180 },
}

/** What a reader sees of a page, in one line. */
export function readPage(page: string): string {
  return page
    .replace(/<style>[^<]*<\/style>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
}
