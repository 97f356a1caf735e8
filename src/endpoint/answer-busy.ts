import { SignetError } from '../core/signet-error.ts'
import { answerFailure } from './answer-call.ts'
import type { Answer } from './call.ts'

/** What a caller gets who came while every place was taken. */
export function answerBusy(waitMs: number): Answer {
  return answerFailure(
    new SignetError('try-later', 'too many connections at once', {
      hint: `try again in ${Math.ceil(waitMs / 1000)} s`,
    }),
  )
}
