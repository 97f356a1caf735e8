import { type Document, isMap, isScalar, parseAllDocuments, type Scalar, type YAMLMap } from 'yaml'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { clusterKind, knownVersions, kubeadmGroup } from './cluster-configuration.ts'

/** A document whose top is a mapping that was read from text. */
export type MappingDocument = Document.Parsed & { readonly contents: YAMLMap.Parsed }

/** All documents of a file that kubeadm takes. Throws `configuration`. */
export function parseKubeadmFile(text: string, file: string): readonly Document.Parsed[] {
  const subject = quoteUntrusted(file)
  if (text.includes('\uFFFD')) {
    throw new SignetError('configuration', `${subject} is not UTF-8`, {
      hint: `see which lines are not: grep -naxv '.*' ${quoteShell(file)}`,
    })
  }
  requireOneLineEnd(text, file)
  const documents = parseAllDocuments(text, { strict: true, uniqueKeys: true, logLevel: 'error' })
  const error = documents.flatMap(({ errors }) => errors)[0]
  if (error !== undefined) {
    const line = error.linePos?.[0].line ?? 1
    // To kubeadm too two `etcd:` are an error, and which of the two counted would be a guess.
    const what = error.code === 'DUPLICATE_KEY' ? 'has one key twice, again in' : 'is not YAML, by'
    throw new SignetError('configuration', `${subject} ${what} line ${line}`, {
      hint: `see the line and put it right: sed -n '${line}p' ${quoteShell(file)}`,
    })
  }
  // Where there is nothing at all the library gives an empty stream, which is a list of no documents.
  return [...documents]
}

/**
 * Refuses what ends a line in YAML 1.1, which kubeadm reads, and not in 1.2, which we read: what is a comment to us may be an
 * `etcd` to kubeadm.
 */
function requireOneLineEnd(text: string, file: string): void {
  const at = text.search(/[\u0085\u2028\u2029]/)
  if (at < 0) return
  const line = text.slice(0, at).split('\n').length
  const sign = `U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')}`
  throw new SignetError(
    'configuration',
    `${quoteUntrusted(file)} has ${sign} in line ${line}, which ends a line for kubeadm`,
    { hint: `see the line and take it out: sed -n '${line}p' ${quoteShell(file)} | cat -A` },
  )
}

/** The one ClusterConfiguration among the documents of a file. Throws `configuration`. */
export function findClusterConfiguration(documents: readonly Document.Parsed[], file: string): MappingDocument {
  const [found, second] = documents.filter(isMapping).filter(isClusterConfiguration)
  if (found === undefined) throw none(documents, file)
  const subject = quoteUntrusted(file)
  if (second !== undefined) {
    throw new SignetError('configuration', `${subject} holds more than one ${clusterKind}`, {
      hint: `keep one of them: grep -n '^kind:' ${quoteShell(file)}`,
    })
  }
  const version = apiVersionOf(found).slice(kubeadmGroup.length)
  if (knownVersions.some((known) => known === version)) return found
  throw new SignetError(
    'configuration',
    `${subject} is of ${quoteUntrusted(apiVersionOf(found))}, and not of v1beta4 or v1`,
    {
      hint: `have a kubeadm that still reads it bring it up to date, 1.36 or older for v1beta3: kubeadm config migrate --old-config ${quoteShell(file)}`,
    },
  )
}

/** The entry of a mapping by its key, as it was written. */
export function findPair(map: YAMLMap.Parsed, name: string): YAMLMap.Parsed['items'][number] | undefined {
  return map.items.find(({ key }) => isScalar(key) && (key as Scalar).value === name)
}

function isMapping(document: Document.Parsed): document is MappingDocument {
  return isMap(document.contents)
}

function isClusterConfiguration(document: MappingDocument): boolean {
  return document.get('kind') === clusterKind && apiVersionOf(document).startsWith(kubeadmGroup)
}

function apiVersionOf(document: MappingDocument): string {
  return String(document.get('apiVersion') ?? '')
}

function none(documents: readonly Document.Parsed[], file: string): SignetError {
  const subject = quoteUntrusted(file)
  if (documents.length === 0) {
    // The shell empties a file that it is to write to before anybody reads it.
    return new SignetError('configuration', `${subject} holds no document`, {
      hint: `write to another file than the one that is read: signet kubeadm-config --merge ${quoteShell(file)} > merged.yaml`,
    })
  }
  const held = documents.slice(0, 5).map(kindOf).join(', ')
  return new SignetError('configuration', `${subject} is no ${clusterKind} of kubeadm: it holds ${held}`, {
    hint: 'see what one looks like: kubeadm config print init-defaults; without --merge a new one is printed',
  })
}

function kindOf(document: Document.Parsed): string {
  const kind: unknown = isMapping(document) ? document.get('kind') : undefined
  return typeof kind === 'string' ? quoteUntrusted(kind) : 'a document without kind'
}
