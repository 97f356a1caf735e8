import type { CertificateRequest } from '../../../src/client/certificate-request.ts'
import type { ClientWorld } from '../../../src/client/client-world.ts'
import { readRequestPlan } from '../../../src/client/plan-request.ts'
import { applyRequest, type ObtainedCertificate } from '../../../src/client/request-certificate.ts'

/** What `signet request` does, without its options and streams. */
export async function requestCertificate(
  request: CertificateRequest,
  world: ClientWorld,
): Promise<ObtainedCertificate> {
  return applyRequest(await readRequestPlan(request, world), world)
}
