import { SignetError } from '../../core/signet-error.ts'

/** What a run of DER is meant to be, so that every refusal names it and says what to type. */
export interface DerDocument {
  /** As it stands in messages, such as `the CSR`. */
  readonly name: string
  readonly hint: string
  /** Where it is refused for its key: with the same one it would be refused again. */
  readonly keyHint?: string
}

/** The refusal of a document whose bytes are not the one DER encoding that they may have. */
export function notStrictDer(document: DerDocument, reason: string, offset: number): SignetError {
  return new SignetError('bad-data', `${document.name} is not strict DER: ${reason} (byte ${offset})`, {
    hint: document.hint,
  })
}

/** The refusal of a document for what it says. The predicate follows its name: `has no common name`. */
export function refuseDocument({ name, hint }: DerDocument, predicate: string): SignetError {
  return new SignetError('bad-data', `${name} ${predicate}`, { hint })
}

/** The refusal of a document for the key in it. */
export function refuseKey({ name, hint, keyHint = hint }: DerDocument, predicate: string): SignetError {
  return new SignetError('bad-data', `${name} ${predicate}`, { hint: keyHint })
}
