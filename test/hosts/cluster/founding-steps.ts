import type { Cluster } from './cluster.ts'
import { followRunbook } from './follow-runbook.ts'
import { foundCluster } from './found-cluster.ts'
import { installPackages } from './install-packages.ts'
import { joinMembers } from './join-members.ts'
import { requestCertificate } from './request-certificate.ts'

export type FoundingStep = 'install' | 'init' | 'runbook' | 'join' | 'request'
type Found = (cluster: Cluster, note: (text: string) => void) => Promise<void>

/** How a cluster comes to be, in this order. */
export const foundingSteps: Readonly<Record<FoundingStep, Found>> = {
  install: installPackages,
  init: foundCluster,
  runbook: followRunbook,
  join: joinMembers,
  request: requestCertificate,
}
