import { dirname, join } from 'node:path'
import { asSignetError } from '../../core/signet-error.ts'
import { requireGuarded } from '../../host/files/guarded-path.ts'
import type { Signer } from '../ask/signer.ts'
import { parseSignerStatus, type SignerStatus } from '../ask/signer-status.ts'
import type { ClientState } from '../client-state.ts'
import type { ClientWorld } from '../client-world.ts'
import { parseSignerPolicy, type SignerPolicy } from '../signer-policy.ts'

/** A member's copy of the last policy that its signer told, for `adopt` to offer when that signer is lost. */
export interface KeptPolicy {
  /** When it was told. */
  readonly time: string
  /** The signer's address. */
  readonly signer: string
  readonly policy: SignerPolicy
}

/** Whose certificate came just now, and from whom. */
interface Renewed {
  readonly kind: ClientState['kind']
  readonly signer: Signer
  /** Of the installed CAs. */
  readonly pins: readonly string[]
  /** What the signer told already in this run; it is asked where that is not given. */
  readonly status?: SignerStatus | undefined
}

/** Beside what renewing needs: root's directory. */
export function keptPolicyFile(stateFile: string): string {
  return join(dirname(stateFile), 'policy.json')
}

/**
 * Keeps the policy of the signer that has just renewed a member. Nothing depends on it: what cannot be read or
 * written is told, and the copy of before stays. Whoever answers in the signer's place could tell anything, so that it is
 * parsed strictly here and once more when it is read, and never applied unseen.
 */
export async function keepPolicy(
  { kind, signer, pins, status: told }: Renewed,
  stateFile: string,
  { ask, files, clock, onWarning }: ClientWorld,
): Promise<void> {
  if (kind !== 'member') return
  try {
    const status = told ?? parseSignerStatus(await ask(signer, 'get-status'), signer)
    // An older signer tells none.
    if (status.policy === undefined || !pins.includes(status.pin)) return
    const kept = { time: new Date(clock.now()).toISOString(), signer: signer.address, policy: status.policy }
    await files.write(keptPolicyFile(stateFile), `${JSON.stringify(kept, undefined, 2)}\n`, { mode: 0o600 })
  } catch (error) {
    onWarning?.(`the policy of the signer was not kept for signet adopt: ${asSignetError(error).message}`)
  }
}

/** The copy that is kept beside a state; undefined where there is none that can be trusted, with a warning of why not. */
export async function readKeptPolicy(
  stateFile: string,
  { files, ownUid, onWarning }: Pick<ClientWorld, 'files' | 'ownUid' | 'onWarning'>,
): Promise<KeptPolicy | undefined> {
  const path = keptPolicyFile(stateFile)
  // Who can change it chooses what root is offered.
  const refusal = await refusalOf(path, files, ownUid)
  if (refusal !== undefined) {
    onWarning?.(`the kept policy was not read: ${refusal}`)
    return undefined
  }
  const file = await files.read(path)
  if (file === undefined) return undefined
  const kept = parseKept(file.text)
  if (kept === undefined) onWarning?.(`${path} does not hold a policy, and was not read`)
  return kept
}

async function refusalOf(path: string, { look }: ClientWorld['files'], ownUid = 0): Promise<string | undefined> {
  return requireGuarded(path, { look, ownUid, fileOwners: [] }).then(
    () => undefined,
    (error: unknown) => asSignetError(error).message,
  )
}

function parseKept(text: string): KeptPolicy | undefined {
  try {
    const { time, signer, policy: told } = JSON.parse(text)
    const policy = parseSignerPolicy(told)
    if (policy === undefined || !isPlain(time) || !isPlain(signer)) return undefined
    return { time, signer, policy }
  } catch {
    return undefined
  }
}

// It is shown to root (CWE-150).
function isPlain(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,64}$/.test(value)
}
