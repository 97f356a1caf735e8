import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { RecoverAnswers } from './plan-recover.ts'

/** What an operator may say of the source and of the other members, as typed. */
export interface TypedRecover {
  readonly from?: string
  readonly unsigned?: boolean
  readonly gone?: readonly string[]
  readonly seen?: readonly string[]
  readonly behindByChoice?: boolean
  readonly withoutBump?: boolean
}

/** What root said, once: names in order, so that the same is the same however it was typed. Throws `usage`. */
export function parseRecoverAnswers(given: TypedRecover): RecoverAnswers {
  const each = (given.seen ?? []).map(parseSeen).toSorted(([one], [other]) => (one < other ? -1 : 1))
  const twice = each.find(([name], index) => each[index + 1]?.[0] === name)
  if (twice !== undefined) throw new SignetError('usage', `--seen names ${twice[0]} more than once`, { hint: seenHint })
  return {
    from: given.from,
    isUnsignedAllowed: given.unsigned === true,
    gone: [...new Set(given.gone ?? [])].toSorted(),
    seen: new Map(each.map(([name, revision]) => [name, revision])),
    seenInLog: new Map(each.map(([name, , inLog]) => [name, inLog])),
    isBehindByChoice: given.behindByChoice === true,
    isWithoutBump: given.withoutBump === true,
  }
}

const seenHint =
  'give what that member printed when it stood down, such as --seen=etcd-2:421337, or --seen=etcd-2:421337+3'

function parseSeen(text: string): readonly [string, bigint, number] {
  const [, name, revision, inLog] = /^([A-Za-z0-9._:-]{1,64}):([0-9]{1,19})(?:\+([0-9]{1,9}))?$/.exec(text) ?? []
  if (name !== undefined && revision !== undefined) return [name, BigInt(revision), Number(inLog ?? 0)]
  throw new SignetError('usage', `--seen=${quoteUntrusted(text)} is no name and revision`, { hint: seenHint })
}
