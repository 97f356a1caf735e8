import * as v from 'valibot'
import { parseIpAddress } from '../core/ip-address.ts'
import { isNetwork } from '../host/signet-config.ts'
import { isMemberName } from '../protocol/names.ts'

const maxEntries = 64
const daySeconds = 86_400
const lifetime = v.pipe(v.number(), v.integer(), v.minValue(60), v.maxValue(3650 * daySeconds))
const network = v.pipe(v.string(), v.maxLength(64), v.check(isNetwork))
const name = v.pipe(v.string(), v.check(isMemberName))
const address = v.pipe(
  v.string(),
  v.maxLength(64),
  v.check((text) => parseIpAddress(text) === text),
)

const schema = v.object({
  networks: v.pipe(v.array(network), v.minLength(1), v.maxLength(maxEntries)),
  clientLifetimeSeconds: lifetime,
  memberLifetimeSeconds: lifetime,
  members: v.pipe(
    v.record(name, address),
    v.check((pairs) => Object.keys(pairs).length <= maxEntries),
  ),
})

/** What a signer signs, for whom and for how long: networks, lifetimes, and the pairs of `signet.yaml`, name and address. */
export type SignerPolicy = v.InferOutput<typeof schema>

/** A policy as a signer or a file told it; undefined where anything in it is not what it must be. */
export function parseSignerPolicy(told: unknown): SignerPolicy | undefined {
  const parsed = v.safeParse(schema, told)
  return parsed.success ? parsed.output : undefined
}
