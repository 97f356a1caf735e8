import { isIP } from 'node:net'
import type { Signer } from '../../client/ask/signer.ts'
import type { RunProgram } from '../../host/clock-sync.ts'
import { systemErrorCode } from '../../host/system-error.ts'

/** Where ssh goes for a signer, once its configuration was read. */
export interface SignerAddress {
  readonly host: string
  readonly port: number
}

/** What of the network the path to a signer is tried with; a test puts another in its place. */
export interface SignerPathWorld {
  readonly resolveAddress: (signer: Signer) => Promise<SignerAddress>
  /** Rejects where the name does not resolve. */
  readonly lookUp: (host: string) => Promise<unknown>
  /** Resolves once a TCP connection is open. */
  readonly connectTcp: (address: SignerAddress) => Promise<unknown>
}

/** The path to a signer below ssh, as far as it was gone. */
export interface InspectedSignerPath {
  /** Undefined where none is known here. */
  readonly signer: Signer | undefined
  /** Undefined where ssh does not tell. */
  readonly address?: SignerAddress | undefined
  readonly name?: 'is an address' | 'resolves' | 'does not resolve' | undefined
  /** `open`, or the code of the failure. Undefined where it was not tried. */
  readonly tcp?: string | undefined
}

/** Goes the path to a signer below ssh, step by step: its name, and its TCP port. Stops at the first step that fails. */
export async function inspectSignerPath(
  signer: Signer | undefined,
  world: SignerPathWorld,
): Promise<InspectedSignerPath> {
  if (signer === undefined) return { signer }
  const address = await world.resolveAddress(signer).catch(() => undefined)
  if (address === undefined) return { signer }
  const name = await readName(address, world)
  const tcp = name === 'does not resolve' ? undefined : await readTcp(address, world)
  return { signer, address, name, tcp }
}

async function readName(
  { host }: SignerAddress,
  { lookUp }: SignerPathWorld,
): Promise<NonNullable<InspectedSignerPath['name']>> {
  if (isIP(host) !== 0) return 'is an address'
  return lookUp(host).then(
    () => 'resolves',
    () => 'does not resolve',
  )
}

function readTcp(address: SignerAddress, { connectTcp }: SignerPathWorld): Promise<string> {
  return connectTcp(address).then(
    () => 'open',
    (error: unknown) => systemErrorCode(error) ?? 'no answer',
  )
}

const timeoutMs = 10_000

/** Where ssh goes. A host of an ssh configuration is an alias; ssh itself knows best where it leads. */
export async function resolveSshAddress(
  { address, port, sshConfigFile }: Signer,
  run: RunProgram,
): Promise<SignerAddress> {
  if (sshConfigFile === undefined) return { host: address, port: port ?? 22 }
  const text = await run('ssh', ['-G', '-F', sshConfigFile, '--', address], timeoutMs)
  const host = /^hostname (\S+)$/m.exec(text)?.[1]
  const configured = /^port ([0-9]+)$/m.exec(text)?.[1]
  if (host === undefined || configured === undefined) throw new Error('ssh -G tells neither host nor port')
  return { host, port: port ?? Number(configured) }
}
