import { nameIdPattern } from '../core/member-name.ts'

export { isMemberName, peerMarker } from '../core/member-name.ts'

const masterPattern = new RegExp(`^kubemaster-${nameIdPattern}$`)

/** The name on the endpoint's own etcd certificate. It fits neither grammar below, so no caller can ask for it. */
export const endpointName = 'signet-endpoint'

/** The name on the certificate with which `doctor` sees whether a peer port is closed; no caller can ask for it either. */
export const doctorName = 'signet-doctor'

/** What a name must look like, for hints. */
export const nameForm = '1 to 52 of A-Z a-z 0-9 - _, first and last a letter or digit'

/** Whether text is a master's name, `kubemaster-<id>`. */
export function isMasterName(text: string): boolean {
  return masterPattern.test(text)
}
