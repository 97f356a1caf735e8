import { asSignetError, type SignetError } from '../../core/signet-error.ts'
import { type FrontFacts, readFront } from '../../openssh/read-front.ts'
import type { InspectedAuthority } from './inspect-authority.ts'
import type { InspectionWorld } from './inspection-world.ts'

/** Everything that decides whether callers that come through sshd get in, or why that could not be read. */
export type InspectedFront = FrontFacts | { readonly failure: SignetError }

/** Looks at PAM, the account `signer` and sshd; undefined where no configuration says what is to be there. */
export async function inspectFront(
  authority: InspectedAuthority | undefined,
  { front }: Pick<InspectionWorld, 'front'>,
): Promise<InspectedFront | undefined> {
  if (authority?.config === undefined) return undefined
  try {
    return await readFront(authority.config, front)
  } catch (error) {
    return { failure: asSignetError(error) }
  }
}
