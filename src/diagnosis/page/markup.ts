import { withoutControls } from '../screen/wrap-text.ts'

const made = Symbol('made by html')

/** HTML as `html` has made it. Nothing that was read can pass for it: no JSON and no certificate has such a key. */
export interface Markup {
  readonly [made]: string
}

/** What may stand in HTML: text, which is escaped, and what was made already. */
export type MarkupPiece = string | number | Markup | readonly MarkupPiece[]

/** No sentence of ours is as long; a name in etcd's list may be a megabyte. */
const maxTextLength = 2000

/**
 * A template of HTML. Whatever is put into it is text unless `html` made it, so that no name from a journal, a certificate or
 * etcd's list becomes an element or leaves its attribute (CWE-79), or hides a word (CVE-2021-42574). Pure.
 */
export function html(literals: TemplateStringsArray, ...pieces: readonly MarkupPiece[]): Markup {
  return { [made]: literals.map((literal, index) => `${literal}${formatPiece(pieces[index] ?? '')}`).join('') }
}

/** A style element, of a style of ours that holds nothing of anybody else's. Pure. */
export function styleElement(style: string): Markup {
  return { [made]: `<style>${style}</style>` }
}

/** Nothing, where there is nothing to say. */
export const noMarkup = html``

/** The HTML, to be written. */
export function printMarkup(markup: Markup): string {
  return markup[made]
}

function formatPiece(piece: MarkupPiece): string {
  if (typeof piece === 'number') return String(piece)
  if (typeof piece === 'string') return escapeText(piece)
  return isMarkup(piece) ? piece[made] : piece.map(formatPiece).join('')
}

function isMarkup(piece: Markup | readonly MarkupPiece[]): piece is Markup {
  return made in piece
}

const entities: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
}

function escapeText(text: string): string {
  const cut = text.length > maxTextLength ? `${text.slice(0, maxTextLength)}...` : text
  return withoutControls(cut).replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
