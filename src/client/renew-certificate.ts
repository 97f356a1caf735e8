import { asSignetError, SignetError } from '../core/signet-error.ts'
import { certificatePin } from '../x509/certificate-pin.ts'
import { parseCertificate } from '../x509/parse-certificate.ts'
import { parsePem } from '../x509/pem.ts'
import { formatWord } from './certificate-word.ts'
import { type ClientKey, formatCsrInput, parseClientKey } from './client-key.ts'
import type { ClientPorts } from './client-ports.ts'
import { type ClientState, formatClientState, parseClientState } from './client-state.ts'
import { installPair } from './install-pair.ts'
import { readPeerHost } from './parse-peers.ts'
import { readEndpoints } from './plan-request.ts'
import { isRenewalDue, planRenewal, type Validity } from './renewal-window.ts'
import type { Signer } from './signer.ts'
import { parseInstalledCa } from './verify-ca.ts'
import { type VerifiedCertificate, verifyIssued } from './verify-issued.ts'

/** What came of looking whether a certificate is due. */
export type Renewal =
  | { readonly outcome: 'not-due'; readonly name: string; readonly nextAttemptMs: number; readonly notAfterMs: number }
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
export async function renewCertificate(options: RenewalOptions, ports: ClientPorts): Promise<Renewal> {
  const state = await readState(options.stateFile, ports)
  const validity = await readValidity(state, ports)
  const nowMs = ports.clock.now()
  const times = planRenewal(validity, state.name, state.attempts)
  if (options.force !== true && !isRenewalDue(times, nowMs, state.attempts)) {
    return { outcome: 'not-due', name: state.name, ...times, notAfterMs: validity.notAfterMs }
  }
  // Counted before it is made, so that a run that is killed each time does not ask without pause.
  const failures = (state.attempts?.failures ?? 0) + 1
  await saveState(options, { ...state, attempts: { lastAttemptMs: nowMs, failures } }, ports)
  return renew({ ...state, attempts: { lastAttemptMs: nowMs, failures: 0 } }, options, ports)
}

/** When the next attempt is due, for whoever waits for it: after a failure too. */
export async function readNextAttemptMs(stateFile: string, ports: ClientPorts): Promise<number> {
  const state = await readState(stateFile, ports)
  return planRenewal(await readValidity(state, ports), state.name, state.attempts).nextAttemptMs
}

/** What the last request has left. Throws `configuration`. */
export async function readState(stateFile: string, { files }: Pick<ClientPorts, 'files'>): Promise<ClientState> {
  const file = await files.read(stateFile)
  if (file !== undefined) return parseClientState(file.text, stateFile)
  throw new SignetError('configuration', `no certificate was requested here yet: there is no ${stateFile}`, {
    hint: 'signet request --signer-ip=IP',
  })
}

/** How `renew` calls the signer of a state. A changed host key is no obstacle: the answer must chain to the CA. */
export function savedSigner({ signer }: ClientState): Signer {
  return { ...signer, hostKeyPolicy: 'report' }
}

async function renew(state: ClientState, options: RenewalOptions, ports: ClientPorts): Promise<Renewal> {
  const key = await readKey(state, ports)
  const caPem = await readCaPem(state, ports)
  const { signer, verified } = await askInTurn(state, { key, caPem }, ports)
  const pair = { keyPem: undefined, certificatePem: verified.pem, caPem }
  await installPair(state.paths, pair, { files: ports.files, owner: state.owner })
  const endpoints = (await readEndpoints(signer, ports)) ?? state.endpoints
  const renewed = { ...state, endpoints: [...endpoints] }
  await saveState(options, renewed, ports)
  const { name } = state
  const { notAfterMs } = verified.certificate
  const { nextAttemptMs } = planRenewal(verified.certificate, name, renewed.attempts)
  return { outcome: 'renewed', name, notAfterMs, nextAttemptMs, signer: signer.address, endpoints }
}

interface Trust {
  readonly key: ClientKey
  readonly caPem: string
}

interface Answered {
  readonly signer: Signer
  readonly verified: VerifiedCertificate
}

async function askInTurn(state: ClientState, trust: Trust, ports: ClientPorts): Promise<Answered> {
  const [known, ...members] = planSigners(state)
  try {
    return await askOne(known, { state, trust, ports })
  } catch (caught) {
    const first = asSignetError(caught)
    for (const signer of members) {
      const answered = await askOne(signer, { state, trust, ports }).catch((error: unknown) => {
        ports.onWarning?.(asSignetError(error).message)
      })
      if (answered !== undefined) return answered
    }
    // What the signer itself said tells more than that the other members are none.
    throw first
  }
}

interface Asking {
  readonly state: ClientState
  readonly trust: Trust
  readonly ports: ClientPorts
}

async function askOne(signer: Signer, { state, trust, ports }: Asking): Promise<Answered> {
  const { kind, name, address } = state
  const subject = address === undefined ? { kind, name } : { kind, name, address }
  const certificatePem = await ports.ask(signer, formatWord(subject), formatCsrInput(name, trust.key))
  const verified = verifyIssued({
    ...subject,
    certificatePem,
    caPem: trust.caPem,
    publicKeySpki: trust.key.spki,
    nowMs: ports.clock.now(),
    installedPin: certificatePin(parseInstalledCa(trust.caPem).der),
  })
  return { signer, verified }
}

/** Whom to ask, in turn: the signer, then the members, any of which may have become the leader. */
function planSigners(state: ClientState): readonly [Signer, ...Signer[]] {
  const known = savedSigner(state)
  const hosts = new Set(state.endpoints.map(readPeerHost).filter((host) => host !== undefined))
  hosts.delete(known.address)
  return [known, ...[...hosts].map((address) => ({ ...known, address }))]
}

// Without a readable certificate there is one to be had at once, as for one that expired long ago.
const longExpired: Validity = { notBeforeMs: 0, notAfterMs: 24 * 3600 * 1000 }

async function readValidity({ paths }: ClientState, { files, onWarning }: ClientPorts): Promise<Validity> {
  const file = await files.read(paths.certificate)
  try {
    if (file !== undefined) return parseCertificate(parsePem(file.text, 'CERTIFICATE'))
  } catch {
    onWarning?.(`${paths.certificate} is not one readable certificate`)
  }
  return longExpired
}

async function readKey({ paths }: ClientState, { files }: ClientPorts): Promise<ClientKey> {
  const file = await files.read(paths.key)
  if (file !== undefined) return parseClientKey(file, paths.key)
  throw new SignetError('configuration', `the key ${paths.key} is gone`, {
    hint: 'restore it, or make a new one: signet request --signer-ip=IP',
  })
}

async function readCaPem({ paths }: ClientState, { files }: ClientPorts): Promise<string> {
  const file = await files.read(paths.ca)
  if (file !== undefined) return file.text
  throw new SignetError('configuration', `the CA certificate ${paths.ca} is gone`, {
    hint: 'fetch it again and compare its pin: signet request --signer-ip=IP --pin=PIN',
  })
}

// A disk that takes nothing must not keep a certificate from being renewed where that still can be.
async function saveState({ stateFile }: RenewalOptions, state: ClientState, ports: ClientPorts): Promise<void> {
  try {
    await ports.files.write(stateFile, formatClientState(state), { mode: 0o600 })
  } catch {
    ports.onWarning?.(`${stateFile} cannot be written`)
  }
}
