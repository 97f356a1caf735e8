import { asSignetError, SignetError } from '../core/signet-error.ts'
import type { PairPaths } from '../host/pair-paths.ts'
import type { KeyAlgorithm } from '../x509/key/parse-public-key.ts'
import { askStatus, type ToldStatus } from './ask/ask-status.ts'
import { type CertificateSubject, parseSubject } from './ask/certificate-word.ts'
import { fetchIssuingCa } from './ask/fetch-issuing-ca.ts'
import { parsePeers } from './ask/parse-peers.ts'
import type { Signer } from './ask/signer.ts'
import { uselessSkewMs } from './ask/skew-limits.ts'
import type { ClientWorld } from './client-world.ts'
import { type ClientKey, parseClientKey } from './pair/client-key.ts'
import { parseInstalledTrust } from './pair/installed-trust.ts'
import { requireOwnPlace } from './pair/require-own-place.ts'
import { type VerifiedCa, verifyCa } from './pair/verify-ca.ts'
import { readState } from './saved-state.ts'

/** What a host wants a certificate for, and where everything goes. */
export interface CertificateRequest extends CertificateSubject {
  readonly signer: Signer
  /** P-256 where it is not given; an installed key must be of this kind. */
  readonly keyType?: KeyAlgorithm | undefined
  /** Makes a new key even where there is one. */
  readonly newKey?: boolean | undefined
  /** The CA that the operator expects. Without it the first answer is trusted. */
  readonly pin?: string | undefined
  readonly paths: PairPaths
  readonly stateFile: string
  /** Who the files belong to; whoever runs this where it is not given. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
}

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
export async function readRequestPlan(wanted: CertificateRequest, ports: ClientWorld): Promise<RequestPlan> {
  const prepared = await prepareRequest(wanted, ports)
  const { request } = prepared
  const told = await askStatus(request.signer, ports)
  // First, for a wrong clock makes every date of a certificate look wrong.
  requireSkew(told.clockSkewMs)
  const ca = await readCa(request, ports)
  if (told.status.pin !== ca.pin) throw twoCas()
  const endpoints = await readEndpoints(request.signer, ports)
  return { ...prepared, ...told, ca, endpoints: endpoints ?? [] }
}

/** Refuses what could not be installed here, and reads the key that is. Asks nobody, and writes nothing. */
export async function prepareRequest(wanted: CertificateRequest, ports: ClientWorld): Promise<PreparedRequest> {
  const { keyType: _, ...subject } = wanted
  const request: CertificateRequest = { ...wanted, ...parseSubject(subject) }
  await requireOwnPlace(request, ports)
  await refuseOtherKind(request, ports)
  return { request, installedKey: await readInstalledKey(request, ports) }
}

/**
 * The client URLs of the members; undefined, with a warning, where the signer cannot tell. Whoever knows better what it would
 * answer by now gives that.
 */
export async function readEndpoints(
  signer: Signer,
  ports: ClientWorld,
  answer?: string,
): Promise<readonly string[] | undefined> {
  try {
    return parsePeers(answer ?? (await ports.ask(signer, 'get-peers')), signer)
  } catch (caught) {
    ports.onWarning?.(`the members are not known: ${asSignetError(caught).message}`)
    return undefined
  }
}

async function readInstalledKey(
  request: CertificateRequest,
  { files, commands }: ClientWorld,
): Promise<ClientKey | undefined> {
  const path = request.paths.key
  if (request.newKey === true) return undefined
  const file = await files.read(path)
  if (file === undefined) return undefined
  const key = parseClientKey(file, path, commands)
  requireKeyType(key, request)
  return key
}

// An operator who asks for another kind of key wants one, and not to hear later that there was one already.
function requireKeyType({ algorithm }: ClientKey, { keyType, paths }: CertificateRequest): void {
  if (keyType === undefined || keyType === algorithm) return
  throw new SignetError('configuration', `the key ${paths.key} is of the kind ${algorithm}, not ${keyType}`, {
    hint: 'leave --key-type out to keep it, or add --new-key to replace it',
  })
}

// A member and a master would renew from the same file: whoever comes second would end the renewals of the first.
async function refuseOtherKind({ kind, stateFile }: CertificateRequest, ports: ClientWorld): Promise<void> {
  const saved = await readState(stateFile, ports).catch(() => undefined)
  if (saved === undefined || saved.kind === kind) return
  throw new SignetError('configuration', `${stateFile} is what the certificate of ${saved.name} is renewed from`, {
    hint: 'put the files of this one elsewhere: --dir=DIR',
  })
}

async function readCa({ signer, pin, paths }: CertificateRequest, ports: ClientWorld): Promise<VerifiedCa> {
  const file = await ports.files.read(paths.ca)
  // Before the signer is asked for anything that could not be installed.
  const installed = file === undefined ? undefined : parseInstalledTrust(file, paths.ca, ports.commands)
  return verifyCa({
    caPem: await fetchIssuingCa(signer, ports),
    nowMs: ports.clock.now(),
    commands: ports.commands,
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
    hint: 'both must read the same ca.crt; on the leader: systemctl restart signet-authority signet-endpoint',
  })
}
