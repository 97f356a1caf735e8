import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { CaBundle } from '../../x509/ca-bundle.ts'
import { parseCertificate } from '../../x509/parse-certificate.ts'
import { parsePem } from '../../x509/pem.ts'
import type { ClientState } from '../client-state.ts'
import type { ClientWorld } from '../client-world.ts'
import { type ClientKey, parseClientKey } from '../pair/client-key.ts'
import { parseInstalledTrust, requireUsableTrust } from '../pair/installed-trust.ts'
import { defaultPairCommands, memberCommands } from '../pair/pair-commands.ts'
import { requireOwnPlace } from '../pair/require-own-place.ts'
import { readState } from '../saved-state.ts'
import type { Validity } from './renewal-window.ts'

/** What is there to be renewed. */
export interface InstalledPair {
  readonly state: ClientState
  readonly key: ClientKey
  /** Undefined where there is no certificate of use. */
  readonly certificate: Validity | undefined
}

/** Reads what a request, or the last renewal, has left at the places that its state names. */
export async function readInstalled(stateFile: string, world: ClientWorld): Promise<InstalledPair> {
  const state = await readState(stateFile, world)
  // All that is read from here on is where the state says, and so are the files that ssh is told of (ask-signer.ts).
  await requireOwnPlace(state, world)
  const file = await world.files.read(state.paths.certificate)
  const key = await readKey(state, stateFile, world)
  return { state, key, certificate: file === undefined ? undefined : parseUsable(file.text, { state, key }, world) }
}

function parseUsable(
  pem: string,
  { state: { paths }, key }: Pick<InstalledPair, 'state' | 'key'>,
  { onWarning }: ClientWorld,
): Validity | undefined {
  try {
    const certificate = parseCertificate(parsePem(pem, 'CERTIFICATE'))
    if (certificate.publicKey.spki.equals(key.spki)) return certificate
    onWarning?.(`${paths.certificate} does not belong to the key ${paths.key}`)
  } catch {
    onWarning?.(`${paths.certificate} is not one readable certificate`)
  }
  return undefined
}

async function readKey(
  state: ClientState,
  stateFile: string,
  { files, commands: own = defaultPairCommands }: ClientWorld,
): Promise<ClientKey> {
  const { key } = state.paths
  const commands = state.kind === 'member' ? memberCommands(key, stateFile, state.owner) : own
  const file = await files.read(key)
  if (file !== undefined) return parseClientKey(file, key, commands)
  throw new SignetError('configuration', `the key ${key} is gone`, {
    hint: `restore it, or make a new one: ${commands.newKey}`,
  })
}

/** The installed CAs that a new certificate must chain to one of. Throws `configuration`. */
export async function readTrusted(
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
