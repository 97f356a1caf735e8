import { isUtf8 } from 'node:buffer'
import { derTag } from './der-tag.ts'
import { parseDerTime } from './der-time.ts'

const printablePattern = /^[A-Za-z0-9 '()+,\-./:=?]*$/
const numericPattern = /^[0-9 ]*$/
const visiblePattern = /^[\x20-\x7e]*$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: IA5 is all of ASCII
const ia5Pattern = /^[\x00-\x7f]*$/

type ContentRule = (content: Buffer) => string | undefined

const rules: ReadonlyMap<number, ContentRule> = new Map([
  [derTag.boolean, booleanFault],
  [derTag.integer, integerFault],
  [derTag.enumerated, integerFault],
  [derTag.bitString, bitStringFault],
  [derTag.octetString, () => undefined],
  [derTag.null, (content) => (content.length === 0 ? undefined : 'a NULL with content')],
  [derTag.oid, oidFault],
  // X.690 section 8.20: as 8.19, but for what the first sub-identifier means.
  [derTag.relativeOid, oidFault],
  [derTag.utf8String, (content) => (isUtf8(content) ? undefined : 'a UTF8String that is not UTF-8')],
  [derTag.numericString, textRule('NumericString', numericPattern)],
  [derTag.printableString, textRule('PrintableString', printablePattern)],
  // Character sets that escape sequences switch (ISO 2022) have never had one meaning; nothing here reads them. They are in
  // what CSRs ask for: KerberosString is a GeneralString (RFC 4120 section 5.2.1).
  [derTag.teletexString, () => undefined],
  [derTag.videotexString, () => undefined],
  [derTag.graphicString, () => undefined],
  [derTag.generalString, () => undefined],
  [derTag.objectDescriptor, () => undefined],
  [derTag.ia5String, textRule('IA5String', ia5Pattern)],
  [derTag.visibleString, textRule('VisibleString', visiblePattern)],
  [derTag.universalString, wideRule('UniversalString', 4)],
  [derTag.bmpString, wideRule('BMPString', 2)],
  [derTag.utcTime, timeRule(derTag.utcTime)],
  [derTag.generalizedTime, timeRule(derTag.generalizedTime)],
])

/** What is wrong with the content of a primitive universal type, or undefined where it is its only DER encoding. */
export function contentFault(tag: number, content: Buffer): string | undefined {
  const rule = rules.get(tag)
  return rule === undefined ? `a type that no certificate has (tag 0x${tag.toString(16)})` : rule(content)
}

// X.690 sections 8.2 and 11.1: TRUE is FF alone. Two encodings of one value are two bodies for one signature.
function booleanFault(content: Buffer): string | undefined {
  return content.length === 1 && (content[0] === 0x00 || content[0] === 0xff) ? undefined : 'a BOOLEAN not 00 or FF'
}

// X.690 section 8.3.2: the first nine bits are neither all zero nor all one.
function integerFault(content: Buffer): string | undefined {
  const [first, second] = content
  if (first === undefined) return 'an INTEGER without content'
  if (second === undefined) return undefined
  const padded = (first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80)
  return padded ? 'an INTEGER with a needless leading byte' : undefined
}

// X.690 sections 8.6.2 and 11.2.1: at most seven unused bits, all of them zero.
function bitStringFault(content: Buffer): string | undefined {
  const unusedBits = content[0]
  if (unusedBits === undefined || unusedBits > 7) return 'a BIT STRING without a count of its unused bits'
  if (unusedBits === 0) return undefined
  const last = content.length === 1 ? undefined : content.at(-1)
  if (last === undefined) return 'an empty BIT STRING with unused bits'
  return (last & ((1 << unusedBits) - 1)) === 0 ? undefined : 'a BIT STRING whose unused bits are not zero'
}

// X.690 section 8.19.2: each sub-identifier has its fewest bytes, and the last one ends.
function oidFault(content: Buffer): string | undefined {
  if (content.length === 0) return 'an OBJECT IDENTIFIER without content'
  let atStart = true
  for (const byte of content) {
    if (atStart && byte === 0x80) return 'an OBJECT IDENTIFIER with a needless leading byte'
    atStart = byte < 0x80
  }
  return atStart ? undefined : 'an OBJECT IDENTIFIER that breaks off'
}

function textRule(type: string, pattern: RegExp): ContentRule {
  return (content) =>
    pattern.test(content.toString('latin1')) ? undefined : `a ${type} with characters that it cannot hold`
}

// X.680 sections 41.15 and 41.16 take these characters from ISO 10646, which ends at 10FFFF and has no character at a
// surrogate. OpenSSL cannot load a name that holds one; other readers see another text in it than we would.
function wideRule(type: string, width: 2 | 4): ContentRule {
  return (content) => {
    if (content.length % width !== 0) return `a ${type} that breaks off`
    for (let start = 0; start < content.length; start += width) {
      if (!isCharacter(content.readUIntBE(start, width))) return `a ${type} with characters that do not exist`
    }
    return undefined
  }
}

function isCharacter(code: number): boolean {
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
}

function timeRule(tag: number): ContentRule {
  return (content) => (parseDerTime(tag, content) === undefined ? 'a time not in the form of RFC 5280' : undefined)
}
