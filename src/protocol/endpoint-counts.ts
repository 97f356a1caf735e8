import * as v from 'valibot'
import { SignetError } from '../core/signet-error.ts'

/** What is asked on the endpoint's own socket, in place of a call. No word of callers leads here: the relay writes calls alone. */
export const countsQuestion = '{"ask":"counts"}'

const countsSchema = v.pipe(
  v.array(
    v.strictObject({
      /** A word that needs no name, or what the name was for; `unknown` where the command was none. */
      word: v.pipe(v.string(), v.regex(/^[a-z-]{1,32}$/)),
      /** `ok`, or a failure code. */
      code: v.pipe(v.string(), v.regex(/^[a-z-]{1,32}$/)),
      count: v.pipe(v.number(), v.integer(), v.minValue(0)),
    }),
  ),
  v.maxLength(200),
)

/** How many calls were answered since the endpoint has started, by word and outcome. */
export type EndpointCounts = v.InferOutput<typeof countsSchema>

/** The counts of a tally whose names are `WORD CODE`. */
export function listCounts(tally: Readonly<Record<string, number>>): EndpointCounts {
  return Object.entries(tally).map(([name, count]) => {
    const [word = '', code = ''] = name.split(' ')
    return { word, code, count }
  })
}

/** The counts in an endpoint's answer. Throws `unavailable`. */
export function parseCounts(json: string): EndpointCounts {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), countsSchema), json)
  if (parsed.success) return parsed.output
  throw new SignetError('unavailable', 'the endpoint does not tell what it has answered')
}
