import { SignetError } from '../core/signet-error.ts'
import { type Certificate, parseCertificate } from '../x509/parse-certificate.ts'
import { parsePem } from '../x509/pem.ts'
import { askEndpoints } from './ask/ask-endpoints.ts'
import { askStatus, type ToldStatus } from './ask/ask-status.ts'
import { parseSubject } from './ask/certificate-word.ts'
import { fetchIssuingCa } from './ask/fetch-issuing-ca.ts'
import type { CertificateRequest } from './certificate-request.ts'
import type { ClientWorld } from './client-world.ts'
import { type ClientKey, parseClientKey } from './pair/client-key.ts'
import { parseInstalledTrust } from './pair/installed-trust.ts'
import { defaultPairCommands } from './pair/pair-commands.ts'
import { requireOwnPlace } from './pair/require-own-place.ts'
import { type VerifiedCa, verifyCa } from './pair/verify-ca.ts'
import { isForAnother, otherPairFailure, planRenewalKey, printableHolder } from './renew/plan-renewal-key.ts'
import { readState } from './saved-state.ts'
import { uselessSkewMs } from './skew-limits.ts'

/** What is found on this host before the signer is asked. */
export interface PreparedRequest {
  readonly request: CertificateRequest
  /** Undefined where a key is to be made. */
  readonly installedKey: ClientKey | undefined
}

/** Everything that was found out before anything was asked for or written. */
export interface RequestPlan extends PreparedRequest, ToldStatus {
  readonly ca: VerifiedCa
  /** The client URLs of the members; none where the signer cannot tell. */
  readonly endpoints: readonly string[]
}

/** Asks the signer all but the certificate, reads the installed files, and writes nothing. */
export async function readRequestPlan(wanted: CertificateRequest, world: ClientWorld): Promise<RequestPlan> {
  const prepared = await prepareRequest(wanted, world)
  const { request } = prepared
  const told = await askStatus(request.signer, world)
  // First, for a wrong clock makes every date of a certificate look wrong.
  requireSkew(told.clockSkewMs)
  const ca = await readCa(request, world)
  if (told.status.pin !== ca.pin) throw twoCas()
  const endpoints = await askEndpoints(request.signer, world)
  return { ...prepared, ...told, ca, endpoints: endpoints ?? [] }
}

/** Refuses what could not be installed here, and reads the key that is. Asks nobody, and writes nothing. */
export async function prepareRequest(wanted: CertificateRequest, world: ClientWorld): Promise<PreparedRequest> {
  const request: CertificateRequest = { ...wanted, ...parseSubject(wanted) }
  await requireOwnPlace(request, world)
  await refuseOtherKind(request, world)
  return { request, installedKey: await readInstalledKey(request, world) }
}

async function readInstalledKey(request: CertificateRequest, world: ClientWorld): Promise<ClientKey | undefined> {
  const { files, commands } = world
  const path = request.paths.key
  if (request.newKey === true) return undefined
  const file = await files.read(path)
  if (file === undefined) return undefined
  const key = parseClientKey(file, path, commands)
  if (await isOtherMasters(key, request, world)) return undefined
  requireKeyType(key, request)
  return key
}

/**
 * Whether the installed pair is another master's, as `kubeadm join` leaves it, or may be: its key is not certified for a second name.
 * Throws `configuration` where it is a server's. A key that does not fit its certificate is one that an operator, who is here,
 * may have put there.
 */
async function isOtherMasters(
  { spki }: ClientKey,
  { kind, name, paths }: CertificateRequest,
  { files, commands = defaultPairCommands, onWarning }: ClientWorld,
): Promise<boolean> {
  const certificate = kind === 'member' ? undefined : await readCertificate(paths.certificate, files)
  if (certificate === 'damaged') {
    onWarning?.(`${paths.certificate} is not one readable certificate: its key is not used again`)
    return true
  }
  if (certificate === undefined || !isForAnother(name, certificate)) return false
  const identity = { kind, name, certificate, spki }
  if (planRenewalKey(identity) === 'refuse') throw otherPairFailure(identity, paths.certificate, commands)
  onWarning?.(`${paths.certificate} is for ${printableHolder(certificate)}, not for ${name}: its key is not used again`)
  return true
}

// Half of what kubeadm copies, perhaps (plan-renewal-key.ts).
async function readCertificate(
  path: string,
  files: ClientWorld['files'],
): Promise<Certificate | 'damaged' | undefined> {
  // What is no file is `requireInstallable`'s to judge.
  const file = await files.read(path).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    return parseCertificate(parsePem(file.text, 'CERTIFICATE'))
  } catch {
    return 'damaged'
  }
}

// An operator who asks for another kind of key wants one, and not to hear later that there was one already.
function requireKeyType({ algorithm }: ClientKey, { keyType, paths }: CertificateRequest): void {
  if (keyType === undefined || keyType === algorithm) return
  throw new SignetError('configuration', `the key ${paths.key} is of the kind ${algorithm}, not ${keyType}`, {
    hint: 'leave --key-type out to keep it, or add --new-key to replace it',
  })
}

// A member and a master would renew from the same file: whoever comes second would end the renewals of the first.
async function refuseOtherKind({ kind, stateFile }: CertificateRequest, world: ClientWorld): Promise<void> {
  const saved = await readState(stateFile, world).catch(() => undefined)
  if (saved === undefined || saved.kind === kind) return
  throw new SignetError('configuration', `${stateFile} is what the certificate of ${saved.name} is renewed from`, {
    hint: 'put the files of this one elsewhere: --dir=DIR',
  })
}

async function readCa({ signer, pin, paths }: CertificateRequest, world: ClientWorld): Promise<VerifiedCa> {
  const file = await world.files.read(paths.ca)
  // Before the signer is asked for anything that could not be installed.
  const installed = file === undefined ? undefined : parseInstalledTrust(file, paths.ca, world.commands)
  return verifyCa({
    caPem: await fetchIssuingCa(signer, world),
    nowMs: world.clock.now(),
    commands: world.commands,
    pin,
    installed,
    installedPath: paths.ca,
  })
}

function requireSkew(clockSkewMs: number): void {
  if (Math.abs(clockSkewMs) < uselessSkewMs) return
  const minutes = Math.round(Math.abs(clockSkewMs) / 60_000)
  const direction = clockSkewMs > 0 ? 'behind' : 'ahead of'
  throw new SignetError('configuration', `the clock of this host is ${minutes} minutes ${direction} the signer's`, {
    hint: 'set the wrong one of the two right (timedatectl; date -u), then try again',
  })
}

function twoCas(): SignetError {
  return new SignetError('refused', 'the signer names one CA in get-status and sends another', {
    hint: 'both must read the same ca.crt; on the signer: systemctl restart signet-authority signet-endpoint',
  })
}
