import { asSignetError, SignetError } from '../../core/signet-error.ts'
import type { TextFile } from '../../host/files/local-files.ts'
import { type CaBundle, parseCaBundle } from '../../x509/ca-bundle.ts'
import type { Certificate } from '../../x509/parse-certificate.ts'
import { freshCaCommand, type RequestCommands } from './pair-commands.ts'
import { requireUsable } from './verify-ca.ts'

/** The CAs in a file of this host: what etcd and kube-apiserver trust here, and so what we do. Throws `configuration`. */
export function parseInstalledTrust(
  { text }: Pick<TextFile, 'text'>,
  path: string,
  commands?: RequestCommands,
): CaBundle {
  try {
    return parseCaBundle(text)
  } catch (cause) {
    throw new SignetError('configuration', `the CA file ${path} cannot be used: ${asSignetError(cause).message}`, {
      hint: `${freshCaCommand(path, commands)}; on a member, copy another member's`,
      cause,
    })
  }
}

/** Refuses CAs of which none can verify anything now, before a signer is asked for what could not be installed. */
export function requireUsableTrust(trusted: readonly Certificate[], nowMs: number): void {
  const failures = trusted.map((ca) => failureOf(() => requireUsable(ca, { nowMs, subject: trustedCa })))
  if (failures.every((failure) => failure !== undefined)) throw failures[0]
}

const trustedCa = 'the CA certificate that is trusted here'

function failureOf(check: () => void): unknown {
  try {
    check()
    return undefined
  } catch (failure) {
    return failure
  }
}
