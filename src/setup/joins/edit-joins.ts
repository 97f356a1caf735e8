import { type Document, isMap, isScalar, parseDocument, Scalar } from 'yaml'
import type { MemberPair } from '../../cluster/member-pair.ts'
import { foldName } from '../../core/member-name.ts'
import { SignetError } from '../../core/signet-error.ts'
import { parseConfig } from '../../host/signet-config.ts'

/** What changes of `signet.yaml`; all else stays, its comments and its order too. */
export interface JoinsEdit {
  /** `open`, `closed`, or the RFC 3339 time until which joins are open; unchanged where it is not given. */
  readonly joins?: string
  /** Pairs that are added. */
  readonly add?: readonly MemberPair[]
  /** Names whose pairs go, compared without case. */
  readonly remove?: readonly string[]
}

/** The text of `signet.yaml` after an edit, checked like any other. Throws `configuration`. */
export function editJoins(text: string, edit: JoinsEdit, subject: string): string {
  // Whatever the services would refuse is not touched: nobody could tell what it was meant to say.
  parseConfig(text, subject)
  const document = parseDocument(text, { strict: true, uniqueKeys: true })
  if (edit.joins !== undefined) setJoins(document, edit.joins)
  for (const name of edit.remove ?? []) removePair(document, name)
  for (const pair of edit.add ?? []) addPair(document, pair)
  // Unfolded, so that a long line of root's stays one.
  const edited = document.toString({ lineWidth: 0 })
  parseConfig(edited, subject)
  return edited
}

function setJoins(document: Document, joins: string): void {
  const found = document.get('joins', true)
  // The same node, where there is one: a comment behind it hangs on it.
  const node = isScalar(found) ? found : new Scalar(joins)
  node.value = joins
  // A time without quotes is a time to other readers of YAML (1.1), and a text to ours.
  node.type = joins === 'open' || joins === 'closed' ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE
  if (node !== found) document.set('joins', node)
}

function addPair(document: Document, { name, address }: MemberPair): void {
  if (!isMap(document.get('members', true))) document.set('members', document.createNode({}))
  const members = document.get('members', true)
  if (!isMap(members)) throw new SignetError('internal', 'the members of signet.yaml are no map')
  // What is empty is written as {}, and would stay in one line.
  if (members.items.length === 0) members.flow = false
  // Quoted where it must be: an IPv6 address may end in a colon.
  members.set(name, address)
}

function removePair(document: Document, name: string): void {
  const members = document.get('members', true)
  if (!isMap(members)) return
  const meant = members.items.map(({ key }) => String(key)).filter((key) => foldName(key) === foldName(name))
  for (const key of meant) members.delete(key)
}
