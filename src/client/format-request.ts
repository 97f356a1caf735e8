import { formatDuration } from '../core/duration.ts'
import { formatWord } from './ask/certificate-word.ts'
import { formatEtcdServers } from './external-etcd.ts'
import type { RequestPlan } from './plan-request.ts'
import type { ObtainedCertificate } from './request-certificate.ts'

/** What a request would do, for people. */
export function formatRequestPlan(plan: RequestPlan): readonly string[] {
  const { request, ca, status } = plan
  return [
    `CA ${ca.pin}, until ${new Date(ca.certificate.notAfterMs).toISOString()}`,
    `${keyWork(plan)} the key ${request.paths.key}`,
    `ask ${request.signer.address} for ${formatWord(request)}, for ${formatDuration(status.clientLifetimeSeconds)}`,
    `write ${request.paths.certificate}, ${request.paths.ca} and ${request.stateFile}`,
  ]
}

/** What a request would do, for programs. */
export function requestPlanJson(plan: RequestPlan): object {
  const { request, ca, clockSkewMs, endpoints } = plan
  return { name: request.name, pin: ca.pin, clockSkewMs, key: keyWork(plan), paths: request.paths, endpoints }
}

function keyWork({ installedKey }: RequestPlan): string {
  return installedKey === undefined ? 'make' : 'keep'
}

/** What a request has brought, for people; `renewal` is what they type next. */
export function formatObtained(obtained: ObtainedCertificate, renewal: string): readonly string[] {
  const { request, pin, caWasKnown, keyWasMade, notAfterMs, clockSkewMs } = obtained
  const skewSeconds = Math.round(clockSkewMs / 1000)
  return [
    ...(caWasKnown ? [] : [`trusted the CA that answered first; compare its pin with init's: ${pin}`]),
    ...(Math.abs(skewSeconds) > 60
      ? [`warning: the clock of the signer is ${skewSeconds} s ahead of this host's`]
      : []),
    `${request.name} has a certificate until ${new Date(notAfterMs).toISOString()}`,
    `${keyWasMade ? 'made' : 'kept'} the key ${request.paths.key}`,
    `renew it for ever: ${renewal}`,
    'give kube-apiserver these flags:',
  ]
}

/** The flags with which kube-apiserver uses it. */
export function formatApiServerFlags({ request, endpoints }: ObtainedCertificate): readonly string[] {
  const { ca, certificate, key } = request.paths
  const servers = endpoints.length === 0 ? [] : [formatEtcdServers(endpoints)]
  return [...servers, `--etcd-cafile=${ca}`, `--etcd-certfile=${certificate}`, `--etcd-keyfile=${key}`]
}

/** What a request has brought, for programs. */
export function obtainedJson(obtained: ObtainedCertificate): object {
  const { request, pin, notBeforeMs, notAfterMs, clockSkewMs, endpoints, keyWasMade } = obtained
  const notBefore = new Date(notBeforeMs).toISOString()
  const notAfter = new Date(notAfterMs).toISOString()
  const { name, paths } = request
  return { name, pin, notBefore, notAfter, clockSkewMs, endpoints, keyWasMade, paths }
}
