import { dirname } from 'node:path'
import { fetchIssuingCa } from '../../client/ask/fetch-issuing-ca.ts'
import type { ClientWorld } from '../../client/client-world.ts'
import { createClientKey, formatClientKey } from '../../client/pair/client-key.ts'
import { verifyCa } from '../../client/pair/verify-ca.ts'
import { keepPolicy, keptPolicyFile } from '../../client/renew/kept-policy.ts'
import { requestCertificate } from '../../client/request-certificate.ts'
import type { SignerPorts } from './join-ports.ts'
import type { JoiningHost, JoinRequest } from './joining-host.ts'

/** What a join asks of the signer, for this host; `pin` is the CA that the plan was made with. */
export function signerPorts(
  host: JoiningHost,
  { signer, pin }: JoinRequest & { pin: string },
  ports: ClientWorld,
): SignerPorts {
  const { paths, owner, own } = host
  const ownedBy = owner === undefined ? {} : { owner }
  return {
    fetchCa: async () => {
      const caPem = await fetchIssuingCa(signer, ports)
      const { pem } = verifyCa({ caPem, pin, nowMs: ports.clock.now() })
      // Whoever runs this owns it, whoever its files belong to: nobody else can put another CA there.
      await ports.files.makeDirectory(dirname(paths.ca), { mode: 0o755 })
      await ports.files.write(paths.ca, pem, { mode: 0o644, ...ownedBy })
    },
    makeKey: async () => {
      if ((await ports.files.read(paths.key)) !== undefined) return
      const key = formatClientKey(await createClientKey('p256'))
      await ports.files.write(paths.key, key, { mode: 0o600, ...ownedBy })
    },
    obtainCertificate: async () => {
      const subject = { kind: 'member', name: own.name, address: own.address } as const
      await requestCertificate({ ...subject, signer, pin, paths, stateFile: host.renewalFile, ...ownedBy }, ports)
      await keepPolicy({ kind: 'member', signer, pins: [pin] }, host.renewalFile, ports)
    },
    removeFiles: async () => {
      for (const path of [paths.certificate, paths.key, paths.ca, host.renewalFile, keptPolicyFile(host.renewalFile)])
        await ports.files.remove(path)
    },
  }
}
