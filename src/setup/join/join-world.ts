import type { Member } from '../../etcd/member.ts'
import type { LearnerWorld } from './learner/learner-run.ts'

/** The signer, as the joining host asks it. Each call can be made twice. */
export interface JoinSigner {
  /** Installs the CA certificate, verified against the pin that the plan was made with. */
  fetchCa(): Promise<void>
  /** Makes the key, or keeps the one that is there. */
  makeKey(): Promise<void>
  /** Obtains, verifies and installs a member certificate for the key. */
  obtainCertificate(): Promise<void>
  /** The same again, once this host is one of these members. */
  renewCertificate(members: readonly Member[]): Promise<void>
  /** Removes what one of these calls put on this host; none of it was there before the run. */
  remove(what: 'ca' | 'key' | 'certificate'): Promise<void>
}

/** All that a join touches. */
export interface JoinWorld extends LearnerWorld {
  readonly signer: JoinSigner
}
