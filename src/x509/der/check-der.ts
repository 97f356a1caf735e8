import { contentFault } from './der-content.ts'
import { type DerDocument, notStrictDer } from './der-document.ts'
import { type DerRange, readHeader } from './der-header.ts'
import { derTag, isConstructed, isUniversal } from './der-tag.ts'

/** Deeper than any CSR or certificate is. Stops nesting that exhausts the stack of whoever reads it (CVE-2018-0739). */
const maxDepth = 24

/**
 * Refuses bytes, or a range of them, that are not exactly one DER encoding, down to the last leaf, whether or not anything
 * reads it. Refusals count from the first byte of all.
 */
export function checkDer(
  document: DerDocument,
  bytes: Buffer,
  range: DerRange = { start: 0, end: bytes.length },
): void {
  const end = checkElement({ document, bytes, depth: 0 }, range)
  if (end !== range.end) throw notStrictDer(document, 'trailing bytes', end)
}

interface Walk {
  readonly document: DerDocument
  readonly bytes: Buffer
  readonly depth: number
}

function checkElement(walk: Walk, range: DerRange): number {
  const { document, bytes, depth } = walk
  if (depth > maxDepth) throw notStrictDer(document, `over ${maxDepth} levels`, range.start)
  const element = readHeader(bytes, range)
  if (typeof element === 'string') throw notStrictDer(document, element, range.start)
  const { tag, contentStart, end } = element
  if (isConstructed(tag)) {
    checkConstructedTag(walk, element)
    checkChildren({ document, bytes, depth: depth + 1 }, { start: contentStart, end }, tag === derTag.set)
  } else if (isUniversal(tag)) {
    const fault = contentFault(tag, bytes.subarray(contentStart, end))
    if (fault !== undefined) throw notStrictDer(document, fault, range.start)
  }
  return end
}

// X.690 section 10.2: strings are primitive in DER; of the universal types only SEQUENCE and SET have parts.
function checkConstructedTag(walk: Walk, element: { readonly tag: number; readonly start: number }): void {
  const { tag, start } = element
  if (!isUniversal(tag) || tag === derTag.sequence || tag === derTag.set) return
  throw notStrictDer(walk.document, `a constructed encoding of a primitive type (tag 0x${tag.toString(16)})`, start)
}

// X.690 section 11.6: the encodings of a SET OF ascend. X.509 and PKCS#10 have no SET that is not a SET OF.
function checkChildren(walk: Walk, range: DerRange, ascending: boolean): void {
  let previous: Buffer | undefined
  let position = range.start
  while (position < range.end) {
    const next = checkElement(walk, { start: position, end: range.end })
    const current = walk.bytes.subarray(position, next)
    if (ascending && previous !== undefined && Buffer.compare(previous, current) > 0) {
      throw notStrictDer(walk.document, 'an unsorted SET OF', position)
    }
    previous = current
    position = next
  }
}
