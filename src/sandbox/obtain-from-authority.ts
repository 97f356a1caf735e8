import { AuthorityClient } from '../endpoint/upstream/authority-client.ts'
import type { SandboxLayout } from './sandbox-layout.ts'
import type { ObtainCertificate } from './sandbox-member.ts'

/** For the first member, which has no signer to ask over SSH yet: as on a real leader, it asks the authority next to it. */
export function obtainFromAuthority(layout: SandboxLayout): ObtainCertificate {
  return async (name, address, csr) => {
    const authority = new AuthorityClient({ socketPath: layout.authoritySocket })
    try {
      return await authority.sign({
        ask: 'member',
        name,
        address,
        csr: csr.toString('base64'),
        listedAddresses: [address],
      })
    } finally {
      authority.close()
    }
  }
}
