import type { FailureCode } from '../../core/failure-code.ts'

/** Whether a question that failed at one endpoint may be asked at the next one. */
export type Elsewhere = 'always' | 'if-repeatable' | 'never'

export interface EtcdAnswer {
  readonly code: FailureCode
  readonly message: string
  readonly hint?: string
  readonly elsewhere: Elsewhere
}

const noQuorum = {
  code: 'try-later',
  message: 'has no quorum or no Raft leader at this moment',
  hint: 'start the members that are down; see which: signet member list',
  elsewhere: 'if-repeatable',
} as const

const peerUrlTaken = {
  code: 'refused',
  message: 'has a member with this peer URL already',
  hint: 'see: signet member list',
  elsewhere: 'never',
} as const

// The exact words of api/v3rpc/rpctypes/error.go after "etcdserver: ", the same from 3.4 to 3.7. To be read after
// "etcd at ENDPOINT ".
const answers: ReadonlyMap<string, EtcdAnswer> = new Map<string, EtcdAnswer>([
  ['no leader', noQuorum],
  ['leader changed', noQuorum],
  ['request timed out', noQuorum],
  ['request timed out, possibly due to previous leader failure', noQuorum],
  ['request timed out, possibly due to connection lost', noQuorum],
  ['request timed out, waiting for the applied index took too long', noQuorum],
  [
    'can only promote a learner member which is in sync with leader',
    {
      code: 'try-later',
      message: 'does not promote a learner that has not caught up with the Raft leader',
      hint: 'wait until it has caught up, then promote it again',
      elsewhere: 'never',
    },
  ],
  [
    'can only promote a learner member',
    { code: 'refused', message: 'cannot promote a member that votes already', elsewhere: 'never' },
  ],
  [
    'too many learner members in cluster',
    {
      code: 'try-later',
      message: 'has a learner already and takes one at a time',
      hint: 'wait until it has joined, or take it out: signet member list; then: signet member remove ID',
      elsewhere: 'never',
    },
  ],
  [
    'unhealthy cluster',
    {
      code: 'try-later',
      message: 'changes no members while one is down or has just started',
      hint: 'start the member that is down, wait five seconds, then try again',
      elsewhere: 'never',
    },
  ],
  [
    're-configuration failed due to not enough started members',
    {
      code: 'try-later',
      message: 'refuses a change of members that would cost the quorum',
      hint: 'start the members that are down first',
      elsewhere: 'never',
    },
  ],
  [
    'member not found',
    {
      code: 'refused',
      message: 'does not know this member',
      hint: 'see: signet member list',
      elsewhere: 'never',
    },
  ],
  ['Peer URLs already exists', peerUrlTaken],
  ['member ID already exist', peerUrlTaken],
  [
    'given member URLs are invalid',
    { code: 'usage', message: 'does not take the peer URL', hint: 'write https://HOST:PORT', elsewhere: 'never' },
  ],
  [
    'rpc not supported for learner',
    {
      code: 'try-later',
      message: 'is a learner, which answers no such question',
      hint: 'ask a voting member, or wait until it is promoted',
      elsewhere: 'always',
    },
  ],
  [
    'not leader',
    { code: 'try-later', message: 'is not the Raft leader', hint: 'ask the Raft leader', elsewhere: 'if-repeatable' },
  ],
  [
    'mvcc: database space exceeded',
    {
      code: 'unavailable',
      message: 'has no space left and takes no writes (alarm NOSPACE)',
      hint: 'see which member, and what to type: signet status',
      elsewhere: 'never',
    },
  ],
  [
    'corrupt cluster',
    {
      code: 'unavailable',
      message: 'found the data of its members to differ (alarm CORRUPT)',
      hint: 'see which member, and what to type: signet status',
      elsewhere: 'never',
    },
  ],
  ['too many requests', { code: 'try-later', message: 'is overloaded', elsewhere: 'if-repeatable' }],
  ['request is too large', { code: 'bad-data', message: 'does not take so large a request', elsewhere: 'never' }],
  ['server stopped', { code: 'unavailable', message: 'is just stopping', elsewhere: 'if-repeatable' }],
  ['permission denied', { code: 'refused', message: 'denies this to our user', elsewhere: 'never' }],
])

/** What an error text of etcd means to an operator; undefined for one that is not known. */
export function findEtcdAnswer(text: string): EtcdAnswer | undefined {
  return answers.get(text.replace(/^etcdserver: /, ''))
}
