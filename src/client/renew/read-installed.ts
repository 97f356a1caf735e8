import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { CaBundle } from '../../x509/ca-bundle.ts'
import { type Certificate, parseCertificate } from '../../x509/parse-certificate.ts'
import { parsePem } from '../../x509/pem.ts'
import type { ClientState } from '../client-state.ts'
import type { ClientWorld } from '../client-world.ts'
import { type ClientKey, parseClientKey } from '../pair/client-key.ts'
import { parseInstalledTrust, requireUsableTrust } from '../pair/installed-trust.ts'
import { defaultPairCommands, memberCommands, type RequestCommands } from '../pair/pair-commands.ts'
import { requireOwnPlace } from '../pair/require-own-place.ts'
import { readState } from '../saved-state.ts'
import { isForAnother, otherPairFailure, planRenewalKey, printableHolder } from './plan-renewal-key.ts'
import type { Validity } from './renewal-window.ts'

/** What is there to be renewed. */
export interface InstalledPair {
  readonly state: ClientState
  readonly key: ClientKey
  /** Undefined where there is no certificate of use. */
  readonly certificate: Validity | undefined
  /** Whether the key is, or may be, that of another host, so that a renewal makes a new one. */
  readonly needsNewKey: boolean
}

/** Reads what a request, or the last renewal, has left at the places that its state names. */
export async function readInstalled(stateFile: string, world: ClientWorld): Promise<InstalledPair> {
  const state = await readState(stateFile, world)
  // All that is read from here on is where the state says, and so are the files that ssh is told of (ask-signer.ts).
  await requireOwnPlace(state, world)
  const file = await world.files.read(state.paths.certificate)
  const commands = commandsOf(state, stateFile, world)
  const key = await readKey(state.paths.key, commands, world)
  const certificate = file === undefined ? undefined : parseInstalled(file.text)
  const isDamaged = file !== undefined && certificate === undefined
  const identity = { kind: state.kind, name: state.name, certificate, isDamaged, spki: key.spki }
  const choice = planRenewalKey(identity)
  if (choice === 'refuse') throw otherPairFailure(identity, state.paths.certificate, commands)
  const isOfUse = choice === 'keep' && certificate?.publicKey.spki.equals(key.spki) === true
  const needsNewKey = choice === 'make'
  if (file !== undefined && !isOfUse) world.onWarning?.(describeOther(certificate, { state, needsNewKey }))
  return { state, key, certificate: isOfUse ? certificate : undefined, needsNewKey }
}

function parseInstalled(pem: string): Certificate | undefined {
  try {
    return parseCertificate(parsePem(pem, 'CERTIFICATE'))
  } catch {
    return undefined
  }
}

function describeOther(
  certificate: Certificate | undefined,
  { state, needsNewKey }: Pick<InstalledPair, 'state' | 'needsNewKey'>,
): string {
  const what = describeUnfit(certificate, state)
  return needsNewKey ? `${what}; it is replaced together with its key` : what
}

function describeUnfit(certificate: Certificate | undefined, { name, paths }: ClientState): string {
  const { certificate: path, key } = paths
  if (certificate === undefined) return `${path} is not one readable certificate`
  if (!isForAnother(name, certificate)) return `${path} does not belong to the key ${key}`
  return `${path} is for ${printableHolder(certificate)}, and this host is ${name}`
}

function commandsOf(
  { kind, paths, owner }: ClientState,
  stateFile: string,
  { commands = defaultPairCommands }: ClientWorld,
): RequestCommands {
  if (kind === 'client') return commands
  return { ...commands, ...memberCommands(paths.key, stateFile, owner) }
}

async function readKey(key: string, commands: RequestCommands, { files }: ClientWorld): Promise<ClientKey> {
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
