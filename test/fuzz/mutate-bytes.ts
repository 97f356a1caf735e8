import type { SeededRandom } from './seeded-random.ts'

type Mutation = (bytes: Buffer, random: SeededRandom, others: readonly Buffer[]) => Buffer

// Lengths and values at which parsers go wrong: the borders of DER's forms, of bytes, words and signs.
const tellingBytes = [0x00, 0x01, 0x0a, 0x0d, 0x20, 0x22, 0x30, 0x5c, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xa0, 0xff]
const tellingTexts = [
  '\n',
  '\r\n',
  '\0',
  '"',
  '\\u0000',
  '{}',
  '[]',
  'null',
  '1e999',
  '__proto__',
  '-----BEGIN CERTIFICATE REQUEST-----\n',
  '-----END CERTIFICATE REQUEST-----',
  '=',
  '%',
  '::ffff:',
  '\u2028',
  '\ud800',
].map((text) => Buffer.from(text))

const mutations: readonly Mutation[] = [
  (bytes, random) => withByte(bytes, random, (old) => old ^ (1 << random.below(8))),
  (bytes, random) => withByte(bytes, random, () => random.below(256)),
  (bytes, random) => withByte(bytes, random, () => random.pick(tellingBytes)),
  // A length that is off by one.
  (bytes, random) => withByte(bytes, random, (old) => old + random.pick([1, -1])),
  (bytes, random) => replace(bytes, random, { take: 0, put: random.bytes(1 + random.below(8)) }),
  (bytes, random) => replace(bytes, random, { take: 0, put: random.pick(tellingTexts) }),
  (bytes, random) => replace(bytes, random, { take: 1 + random.below(16), put: Buffer.alloc(0) }),
  (bytes, random) => replace(bytes, random, { take: 0, put: slice(bytes, random) }),
  (bytes, random, others) =>
    replace(bytes, random, { take: random.below(32), put: slice(random.pick(others), random) }),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => Buffer.concat([bytes, random.bytes(1 + random.below(40))]),
  (bytes, random, others) => Buffer.concat([bytes, random.pick(others)]),
  (_bytes, random) => random.bytes(random.below(200)),
]

const maxBytes = 64 * 1024

/** One to six changes of an entry of the corpus; other entries lend parts of theirs. */
export function mutateBytes(bytes: Buffer, random: SeededRandom, others: readonly Buffer[]): Buffer {
  let mutated = bytes
  for (let left = 1 + random.below(6); left > 0; left -= 1) mutated = random.pick(mutations)(mutated, random, others)
  return mutated.subarray(0, maxBytes)
}

function withByte(bytes: Buffer, random: SeededRandom, change: (old: number) => number): Buffer {
  const changed = Buffer.from(bytes)
  const at = random.below(bytes.length)
  if (changed.length > 0) changed[at] = change(changed[at] ?? 0)
  return changed
}

function replace(bytes: Buffer, random: SeededRandom, { take, put }: { take: number; put: Buffer }): Buffer {
  const at = random.below(bytes.length + 1)
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + take)])
}

function slice(bytes: Buffer, random: SeededRandom): Buffer {
  const start = random.below(bytes.length)
  return bytes.subarray(start, start + 1 + random.below(64))
}
