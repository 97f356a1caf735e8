import { ipAddressBytes, parseIpAddress } from '../core/ip-address.ts'
import { primitiveContext } from './der/der-tag.ts'
import type { DerReader } from './der/strict-der.ts'
import { writeElement, writeSequence } from './der/write-der.ts'

/** The names of a SubjectAltName that Signet issues. */
export interface SubjectAltName {
  readonly dnsNames: readonly string[]
  /** Canonical texts. */
  readonly ipAddresses: readonly string[]
}

// GeneralName, RFC 5280 section 4.2.1.6.
const dnsNameTag = primitiveContext(2)
const ipAddressTag = primitiveContext(7)
const ia5Pattern = /^[\x21-\x7e]+$/

/** Reads a SubjectAltName (RFC 5280 section 4.2.1.6). Names of other kinds are read past. */
export function readSubjectAltName(value: DerReader): SubjectAltName {
  const names = value.readSequence()
  if (names.atEnd) throw value.malformed('an empty subjectAltName')
  const dnsNames: string[] = []
  const ipAddresses: string[] = []
  while (!names.atEnd) {
    if (names.nextIs(dnsNameTag)) dnsNames.push(readDnsName(names))
    else if (names.nextIs(ipAddressTag)) ipAddresses.push(readIpAddress(names))
    else names.readRaw()
  }
  return { dnsNames, ipAddresses }
}

// IA5String; a NUL inside once made one reader see good.example and another all of it (CVE-2009-2408).
function readDnsName(names: DerReader): string {
  const text = names.readImplicit(dnsNameTag).toString('latin1')
  if (!ia5Pattern.test(text)) throw names.malformed('a DNS name with characters that it cannot hold')
  return text
}

function readIpAddress(names: DerReader): string {
  const bytes = names.readImplicit(ipAddressTag)
  const text = bytes.length === 4 ? bytes.join('.') : ipv6Text(bytes)
  const address = text === undefined ? undefined : parseIpAddress(text)
  if (address === undefined) throw names.malformed('an IP address of neither 4 nor 16 bytes')
  return address
}

function ipv6Text(bytes: Buffer): string | undefined {
  return bytes.length === 16 ? (bytes.toString('hex').match(/.{4}/g) ?? []).join(':') : undefined
}

/** A SubjectAltName, DER: the DNS names, then the addresses, each in the order given. */
export function writeSubjectAltName({ dnsNames, ipAddresses }: SubjectAltName): Buffer {
  return writeSequence(
    ...dnsNames.map((name) => writeElement(dnsNameTag, Buffer.from(name, 'latin1'))),
    ...ipAddresses.map((address) => writeElement(ipAddressTag, ipAddressBytes(address))),
  )
}
