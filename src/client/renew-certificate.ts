import { quoteShell } from '../core/quote-shell.ts'
import { asSignetError, SignetError } from '../core/signet-error.ts'
import { type CaBundle, formatCaBundle } from '../x509/ca-bundle.ts'
import { certificatePin } from '../x509/certificate-pin.ts'
import { parseCertificate } from '../x509/parse-certificate.ts'
import { parsePem } from '../x509/pem.ts'
import { askKnownSigners } from './ask/ask-known-signers.ts'
import type { ClientState } from './client-state.ts'
import type { ClientWorld } from './client-world.ts'
import { keepPolicy } from './kept-policy.ts'
import { type ClientKey, parseClientKey } from './pair/client-key.ts'
import { installVerified } from './pair/install-verified.ts'
import { parseInstalledTrust, requireUsableTrust } from './pair/installed-trust.ts'
import { defaultPairCommands, memberCommands } from './pair/pair-commands.ts'
import { requireInstallable } from './pair/require-installable.ts'
import { requireOwnPlace } from './pair/require-own-place.ts'
import { readEndpoints } from './plan-request.ts'
import { type Attempts, planRenewal, type Validity } from './renewal-window.ts'
import { readState, saveState } from './saved-state.ts'

/** What came of looking whether a certificate is due. */
export type Renewal =
  | {
      readonly outcome: 'not-due'
      readonly name: string
      readonly nextAttemptMs: number
      /** Undefined where there is no certificate of use: the last attempt was just made. */
      readonly notAfterMs: number | undefined
    }
  | {
      readonly outcome: 'renewed'
      readonly name: string
      readonly notAfterMs: number
      readonly nextAttemptMs: number
      /** The address of the signer that answered. */
      readonly signer: string
      readonly endpoints: readonly string[]
    }

export interface RenewalOptions {
  readonly stateFile: string
  /** Renews whether it is due or not. */
  readonly force?: boolean
}

/**
 * Renews a certificate with its own key where it is due. Everything is read anew each time. Asks the signer it knows,
 * then the members it knows; what comes must chain to the installed CA. On any failure the old certificate stays.
 */
export async function renewCertificate(options: RenewalOptions, ports: ClientWorld): Promise<Renewal> {
  const { stateFile, force } = options
  const state = await readOwnState(stateFile, ports)
  const validity = await readValidity(state, stateFile, ports)
  const nowMs = ports.clock.now()
  const { nextAttemptMs } = planRenewal({ ...state, validity, nowMs })
  if (force !== true && nowMs < nextAttemptMs) {
    const notAfterMs = validity === longExpired ? undefined : validity.notAfterMs
    return { outcome: 'not-due', name: state.name, nextAttemptMs, notAfterMs }
  }
  // Counted before it is made, so that a run that is killed each time does not ask without pause.
  const failures = (state.attempts?.failures ?? 0) + 1
  await trySaveState(stateFile, { ...state, attempts: { lastAttemptMs: nowMs, failures } }, ports)
  return renew({ ...state, attempts: { lastAttemptMs: nowMs, failures: 0 } }, stateFile, ports)
}

/**
 * When the next attempt is due, for whoever waits for it: after a failure too. `remembered` counts where the disk could
 * not take what is saved of attempts.
 */
export async function readNextAttemptMs(stateFile: string, ports: ClientWorld, remembered?: Attempts): Promise<number> {
  const state = await readOwnState(stateFile, ports)
  const validity = await readValidity(state, stateFile, ports)
  const attempts = lastOf(state.attempts, remembered)
  return planRenewal({ ...state, attempts, validity, nowMs: ports.clock.now() }).nextAttemptMs
}

function lastOf(saved: Attempts | undefined, remembered: Attempts | undefined): Attempts | undefined {
  if (saved === undefined || remembered === undefined) return saved ?? remembered
  return saved.lastAttemptMs < remembered.lastAttemptMs ? remembered : saved
}

/** When the installed certificate expires, or has expired. */
export async function readExpiryMs(stateFile: string, ports: ClientWorld): Promise<number> {
  return (await readValidity(await readOwnState(stateFile, ports), stateFile, ports)).notAfterMs
}

// All that is read from here on is where the state says, and so are the files that ssh is told of (ask-signer.ts).
async function readOwnState(stateFile: string, ports: ClientWorld): Promise<ClientState> {
  const state = await readState(stateFile, ports)
  await requireOwnPlace(state, ports)
  return state
}

async function renew(state: ClientState, stateFile: string, ports: ClientWorld): Promise<Renewal> {
  const trust = { key: await readKey(state, stateFile, ports), trusted: await readTrusted(state, ports) }
  // Otherwise the signer would sign at each attempt what cannot be installed.
  await requireInstallable(state, { isNewKey: false }, ports)
  const { signer, verified } = await askKnownSigners({ state, trust, ports })
  const pair = { key: trust.key, isNewKey: false, certificatePem: verified.pem, caPem: formatCaBundle(trust.trusted) }
  await installVerified(state.paths, pair, { ports, owner: state.owner })
  const endpoints = (await readEndpoints(signer, ports)) ?? state.endpoints
  await trySaveState(stateFile, { ...state, endpoints: [...endpoints] }, ports)
  const { name } = state
  const { notAfterMs } = verified.certificate
  const pins = trust.trusted.map(({ der }) => certificatePin(der))
  await keepPolicy({ kind: state.kind, signer, pins }, stateFile, ports)
  const { nextAttemptMs } = planRenewal({ ...state, validity: verified.certificate, nowMs: ports.clock.now() })
  return { outcome: 'renewed', name, notAfterMs, nextAttemptMs, signer: signer.address, endpoints }
}

// Where there is no certificate of use one is due at once, as for one that expired long ago.
const longExpired: Validity = { notBeforeMs: 0, notAfterMs: 24 * 3600 * 1000 }

async function readValidity(state: ClientState, stateFile: string, ports: ClientWorld): Promise<Validity> {
  const path = state.paths.certificate
  const file = await ports.files.read(path)
  const key = await readKey(state, stateFile, ports)
  if (file === undefined) return longExpired
  try {
    const certificate = parseCertificate(parsePem(file.text, 'CERTIFICATE'))
    if (certificate.publicKey.spki.equals(key.spki)) return certificate
    ports.onWarning?.(`${path} does not belong to the key ${state.paths.key}`)
  } catch {
    ports.onWarning?.(`${path} is not one readable certificate`)
  }
  return longExpired
}

async function readKey(
  state: ClientState,
  stateFile: string,
  { files, commands: own }: ClientWorld,
): Promise<ClientKey> {
  const { key } = state.paths
  const commands = state.kind === 'member' ? memberCommands(key, stateFile, state.owner) : (own ?? defaultPairCommands)
  const file = await files.read(key)
  if (file !== undefined) return parseClientKey(file, key, commands)
  throw new SignetError('configuration', `the key ${key} is gone`, {
    hint: `restore it, or make a new one: ${commands.newKey}`,
  })
}

async function readTrusted(
  { kind, paths }: ClientState,
  { files, clock, commands = defaultPairCommands }: ClientWorld,
): Promise<CaBundle> {
  const file = await files.read(paths.ca)
  if (file !== undefined) {
    const trusted = parseInstalledTrust(file, paths.ca, commands)
    requireUsableTrust(trusted, clock.now())
    return trusted
  }
  throw new SignetError('configuration', `the CA certificate ${paths.ca} is gone`, {
    hint:
      kind === 'member'
        ? `copy it from another member; then compare: openssl x509 -noout -fingerprint -sha256 -in ${quoteShell(paths.ca)}`
        : `fetch it again and compare its pin: ${commands.request} --pin=PIN`,
  })
}

// A state that cannot be saved must not keep a certificate from being renewed where that still can be.
async function trySaveState(stateFile: string, state: ClientState, ports: ClientWorld): Promise<void> {
  await saveState(stateFile, state, ports).catch((error: unknown) => ports.onWarning?.(asSignetError(error).message))
}
