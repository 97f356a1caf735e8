import { type ClientKey, parseClientKey } from '../../client/pair/client-key.ts'
import { readInstalledLink } from '../../client/pair/installed-link.ts'
import { defaultPairCommands, freshCaCommand, type PairCommands } from '../../client/pair/pair-commands.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import type { LocalFiles, TextFile } from '../../host/files/local-files.ts'
import type { PairPaths } from '../../host/pair-paths.ts'
import { type CaBundle, parseCaBundle } from '../../x509/ca-bundle.ts'
import { type Certificate, parseCertificate } from '../../x509/parse-certificate.ts'
import { parsePem } from '../../x509/pem.ts'

/** A file as it was found, and what is in it where that could be read. */
export interface InspectedFile<Content> {
  readonly path: string
  /** Undefined where there is none, or where it cannot be read. */
  readonly file: TextFile | undefined
  readonly content: Content | undefined
  /** Why there is no content, but for a file that is not there. */
  readonly problem: string | undefined
  /** What to do about it. */
  readonly remedy?: string | undefined
  /** Where it leads, if it is a link that somebody made. */
  readonly leadsTo?: string | undefined
}

/** A key, its certificate and the CA certificate, found on this host and not yet judged. */
export interface InspectedPair {
  readonly kind: 'client' | 'member'
  readonly commands: PairCommands
  readonly key: InspectedFile<ClientKey>
  readonly certificate: InspectedFile<Certificate>
  /** Each CA in the file is trusted by etcd and its clients. */
  readonly ca: InspectedFile<CaBundle>
}

/** Where a pair is, and what to type for it. */
export interface PairPlace {
  readonly kind: InspectedPair['kind']
  readonly paths: PairPaths
  readonly commands?: PairCommands
}

/** Reads the three files of a pair; whatever is wrong with them is part of the answer. */
export async function inspectPair(
  { kind, paths, commands = defaultPairCommands }: PairPlace,
  files: Pick<LocalFiles, 'read' | 'readLink'>,
): Promise<InspectedPair> {
  const [key, certificate, ca] = await Promise.all([
    // Who may read it is judged apart, so that a key with a wrong mode can still be compared.
    inspectFile(paths.key, ({ text }) => parseClientKey({ text, mode: 0o600 }, paths.key, commands), files),
    inspectFile(
      paths.certificate,
      (file) => readCertificate(file, paths.certificate, `${commands.renew} --force`),
      files,
    ),
    inspectFile(
      paths.ca,
      (file) => readCas(file, paths.ca, `${freshCaCommand(paths.ca, commands)}; on a member, copy another member's`),
      files,
    ),
  ])
  // Told apart from what is wrong with it: a link is readable, and ends all the same when the certificate is renewed.
  const link = await readInstalledLink(paths.certificate, files).catch(() => undefined)
  return { kind, commands, key, certificate: { ...certificate, leadsTo: link?.target }, ca }
}

function readCertificate({ text }: TextFile, path: string, hint: string): Certificate {
  try {
    return parseCertificate(parsePem(text, 'CERTIFICATE'))
  } catch (cause) {
    const message = `${path} is not one readable certificate: ${asSignetError(cause).message}`
    throw new SignetError('configuration', message, { hint, cause })
  }
}

function readCas({ text }: TextFile, path: string, hint: string): CaBundle {
  try {
    return parseCaBundle(text)
  } catch (cause) {
    const message = `${path} does not hold CA certificates alone: ${asSignetError(cause).message}`
    throw new SignetError('configuration', message, { hint, cause })
  }
}

async function inspectFile<Content>(
  path: string,
  parse: (file: TextFile) => Content,
  files: Pick<LocalFiles, 'read'>,
): Promise<InspectedFile<Content>> {
  let file: TextFile | undefined
  try {
    file = await files.read(path)
    const content = file === undefined ? undefined : parse(file)
    return { path, file, content, problem: undefined }
  } catch (error) {
    const { message, hint } = asSignetError(error)
    return { path, file, content: undefined, problem: message, remedy: hint }
  }
}
