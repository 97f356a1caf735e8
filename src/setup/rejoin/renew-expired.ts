import { X509Certificate } from 'node:crypto'
import { renewCertificate } from '../../client/renew/renew-certificate.ts'
import { readRequiredFile } from '../../host/read-required-file.ts'
import type { HostWorld } from '../host-world.ts'

/** Whether this member's certificate has ended: then no member answers it, and it would look as if nobody were there. */
export function hasExpired({ layout, clock }: Pick<HostWorld, 'layout' | 'clock'>): boolean {
  const certificate = new X509Certificate(readRequiredFile(layout.memberCertificate, 'run this as root on a member'))
  return clock.now() >= Date.parse(certificate.validTo)
}

/** Renews this member's certificate where it has expired, at the signers that it knows: these need no etcd. */
export async function renewExpired(world: HostWorld, onWarning: (text: string) => void): Promise<void> {
  if (!hasExpired(world)) return
  await renewCertificate({ stateFile: world.layout.renewal, force: true }, { ...world, onWarning })
}
