import { isDeepStrictEqual } from 'node:util'
import { type Document, isCollection, isMap, isPair, Lexer, type Node, type Pair, type YAMLMap } from 'yaml'
import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { type ExternalEtcd, formatExternalEtcd } from '../external-etcd.ts'
import { findClusterConfiguration, findPair, parseKubeadmFile } from './parse-kubeadm-file.ts'

/** A file with our etcd in it. */
export interface MergedConfiguration {
  readonly text: string
  /** What stood under `etcd` before: kubeadm's own defaults have `local`. */
  readonly replaced: readonly string[]
}

/**
 * Puts `etcd.external` into the ClusterConfiguration of a file, in place of all that its `etcd` held: with `local` beside it
 * kubeadm refuses the document (validation.ValidateEtcd). Every other byte of the file stays, and the comments of what is
 * replaced stay above it. Pure. Throws `configuration`.
 */
export function mergeExternalEtcd(text: string, external: ExternalEtcd, file: string): MergedConfiguration {
  const documents = parseKubeadmFile(text, file)
  const document = findClusterConfiguration(documents, file)
  const map = document.contents
  const pair = findPair(map, 'etcd')
  const merged = map.flow === true ? spliceFlow(text, map, external) : spliceBlock(text, map, external)
  requireMerged(documents, { document, merged, external, file })
  const value = pair?.value
  const replaced = isMap(value) ? value.items.map(({ key }) => String(key)) : []
  return { text: merged.endsWith('\n') ? merged : `${merged}${lineEndOf(text)}`, replaced }
}

function lineEndOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n'
}

// JSON, and what looks like it: one value for another.
function spliceFlow(text: string, map: YAMLMap.Parsed, external: ExternalEtcd): string {
  const value = JSON.stringify({ external })
  const range = findPair(map, 'etcd')?.value?.range
  const start = map.range[0] + 1
  return range === undefined
    ? splice(text, [start, start], `"etcd": ${value}, `)
    : splice(text, [range[0], range[1]], value)
}

function spliceBlock(text: string, map: YAMLMap.Parsed, external: ExternalEtcd): string {
  const newline = lineEndOf(text)
  const column = ' '.repeat(columnOf(text, startOf(map.items[0])))
  const join = (lines: readonly string[]): string => lines.join(`${newline}${column}`)
  const pair = findPair(map, 'etcd')
  if (pair === undefined) {
    const end = endOfLine(text, endOf(map))
    return splice(text, [end, end], `${newline}${column}${join(formatExternalEtcd(external))}`)
  }
  const place = [startOf(pair), endOfLine(text, endOf(pair.value ?? pair.key))] as const
  return splice(text, place, join([...commentsIn(text.slice(...place)), ...formatExternalEtcd(external)]))
}

function splice(text: string, [start, end]: readonly [number, number], piece: string): string {
  return text.slice(0, start) + piece + text.slice(end)
}

function startOf(pair: Pair<Node, Node | null> | undefined): number {
  return pair?.key.range?.[0] ?? 0
}

// The range of a block collection goes on to the next key: comments that are about that one would be part of it.
function endOf(node: Node): number {
  const last = isCollection(node) && node.flow !== true ? node.items.at(-1) : undefined
  if (last === undefined) return node.range?.[1] ?? 0
  return endOf(isPair<Node, Node | null>(last) ? (last.value ?? last.key) : (last as Node))
}

// A byte order mark, as Windows writes it, is no column.
function columnOf(text: string, position: number): number {
  return text.slice(text.lastIndexOf('\n', position - 1) + 1, position).replace('\uFEFF', '').length
}

/** Where the line ends, without its line end; the text of a block scalar ends with its own. */
function endOfLine(text: string, position: number): number {
  const from = text[position - 1] === '\n' ? position - 1 : position
  const found = text.indexOf('\n', from)
  const end = found < 0 ? text.length : found
  return text[end - 1] === '\r' ? end - 1 : end
}

// The lexer, unlike a pattern, tells a comment from a `#` within a text.
function commentsIn(text: string): readonly string[] {
  const tokens = [...new Lexer().lex(text)]
  return tokens.filter((token, index) => token.startsWith('#') && tokens[index - 1] !== '\u001f')
}

interface Merge {
  readonly document: Document.Parsed
  readonly merged: string
  readonly external: ExternalEtcd
  readonly file: string
}

// Anchors, tags and forms that nobody writes: whatever came out otherwise than it should is not printed.
function requireMerged(documents: readonly Document.Parsed[], { document, merged, external, file }: Merge): void {
  if (isAsWanted(documents, document, { merged, external, file })) return
  throw new SignetError('configuration', `${quoteUntrusted(file)} is written so that its etcd cannot be replaced`, {
    hint: `take its etcd out by hand, with what refers to it: grep -n -A9 etcd ${quoteShell(file)}; then run this again`,
  })
}

function isAsWanted(
  documents: readonly Document.Parsed[],
  changed: Document.Parsed,
  { merged, external, file }: Omit<Merge, 'document'>,
): boolean {
  try {
    const wanted = documents.map((each) => {
      const value: unknown = each.toJS()
      return each === changed ? { ...(value as object), etcd: { external } } : value
    })
    const got = parseKubeadmFile(merged, file).map((each): unknown => each.toJS())
    return isDeepStrictEqual(got, wanted)
  } catch {
    return false
  }
}
