import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { DiskCall } from './recorded-fs.ts'

/** What may stand on a disk when the power comes back. */
export type Entry =
  | { readonly kind: 'file'; readonly text: string; readonly mode: number }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'directory'; readonly entries: ReadonlyMap<string, Entry> }

interface FileNode {
  readonly kind: 'file'
  text: string
  mode: number
  /** What an fsync has brought to the disk. */
  durable: { readonly text: string; readonly mode: number } | undefined
}

interface LinkNode {
  readonly kind: 'link'
  readonly target: string
}

interface DirectoryNode {
  readonly kind: 'directory'
  /** Names as the last fsync of the directory left them. */
  durable: Map<string, Node>
  /** Changes of names since then: any of them may be on the disk, and any may not. */
  pending: ((names: Map<string, Node>) => void)[]
}

const elsewhere = '<disk>'

type Node = FileNode | LinkNode | DirectoryNode
type NameChange = (names: Map<string, Node>, name: string) => void

/**
 * A disk as POSIX promises it and no better: what was not synced may be there or not, in any combination; data that was
 * not synced may be missing or cut in half. Only a rename happens wholly or not at all.
 */
export class CrashDisk {
  readonly #base: string
  readonly #root: DirectoryNode
  readonly #files = new Map<number, FileNode>()

  /** Starts with what is in a directory now, all of it on the disk. */
  constructor(base: string) {
    this.#base = base
    this.#root = readTree(base)
  }

  /** Makes the change that a system call makes. */
  apply(call: DiskCall): void {
    if (call.call === 'create') this.#create(call)
    else if (call.call === 'chmod') this.#file(call.file).mode = call.mode
    else if (call.call === 'write') this.#file(call.file).text += call.text
    else if (call.call === 'fsync') this.#syncFile(call.file)
    else if (call.call === 'fsync-directory') this.#syncDirectory(call.path)
    else this.#change(call.path, this.#nameChange(call))
  }

  /** What a process that was killed leaves: every call that was made has its effect. */
  get now(): Entry {
    return this.#snapshot({ namesOf, fileOf: ({ text, mode }) => ({ text, mode }) })
  }

  /** Every disk that a power cut may leave at this moment. */
  *afterPowerCut(): Generator<Entry> {
    const directories = [...this.#allDirectories(this.#root)].filter(({ pending }) => pending.length > 0)
    const files = [...this.#files.values()].filter(({ text, mode, durable }) => {
      return durable === undefined || durable.text !== text || durable.mode !== mode
    })
    const choices = [...directories.map(({ pending }) => 2 ** pending.length), ...files.map(() => 3)]
    for (const chosen of combinations(choices)) {
      const picks = new Map<Node, number>([...directories, ...files].map((node, index) => [node, chosen[index] ?? 0]))
      yield this.#snapshot({
        namesOf: (directory) => survivingNames(directory, picks.get(directory) ?? 0),
        fileOf: (file) => survivingFile(file, picks.get(file)),
      })
    }
  }

  #create({ path, file: id, mode }: Extract<DiskCall, { call: 'create' }>): void {
    const file: FileNode = { kind: 'file', text: '', mode, durable: undefined }
    this.#files.set(id, file)
    this.#change(path, (names, name) => names.set(name, file))
  }

  #syncFile(id: number): void {
    const file = this.#file(id)
    file.durable = { text: file.text, mode: file.mode }
  }

  #syncDirectory(path: string): void {
    const directory = this.#directory(path)
    directory.durable = namesOf(directory)
    directory.pending = []
  }

  #nameChange(call: Extract<DiskCall, { call: 'rename' | 'symlink' | 'mkdir' | 'unlink' | 'rmdir' }>): NameChange {
    if (call.call === 'rename') return this.#rename(call)
    if (call.call === 'unlink' || call.call === 'rmdir') return (names, name) => names.delete(name)
    const made: Node =
      call.call === 'symlink' ? this.#link(call.target) : { kind: 'directory', durable: new Map(), pending: [] }
    return (names, name) => names.set(name, made)
  }

  #rename({ path, to }: Extract<DiskCall, { call: 'rename' }>): NameChange {
    if (dirname(path) !== dirname(to)) throw new Error('renamed across directories')
    const node = namesOf(this.#directory(dirname(path))).get(basename(path))
    if (node === undefined) throw new Error(`${path} is not there`)
    return (names) => {
      names.delete(basename(path))
      names.set(basename(to), node)
    }
  }

  #change(path: string, change: NameChange): void {
    this.#directory(dirname(path)).pending.push((names) => change(names, basename(path)))
  }

  // A link that leads to a place of this disk leads to the same place of one that is laid out elsewhere.
  #link(target: string): LinkNode {
    return { kind: 'link', target: target.replace(this.#base, elsewhere) }
  }

  #file(id: number): FileNode {
    const file = this.#files.get(id)
    if (file === undefined) throw new Error('a file that was never made')
    return file
  }

  #directory(path: string): DirectoryNode {
    let node: Node | undefined = this.#root
    for (const name of relative(this.#base, path)
      .split('/')
      .filter((part) => part !== '')) {
      node = node?.kind === 'directory' ? namesOf(node).get(name) : undefined
    }
    if (node?.kind !== 'directory') throw new Error(`${path} is no directory`)
    return node
  }

  // Through names that are on the disk as well as those that are only on their way to it.
  *#allDirectories(directory: DirectoryNode): Generator<DirectoryNode> {
    yield directory
    const below = new Set([...directory.durable.values(), ...namesOf(directory).values()])
    for (const node of below) if (node.kind === 'directory') yield* this.#allDirectories(node)
  }

  #snapshot(view: View): Entry {
    return takeSnapshot(this.#root, view)
  }
}

interface View {
  readonly namesOf: (directory: DirectoryNode) => Map<string, Node>
  readonly fileOf: (file: FileNode) => { readonly text: string; readonly mode: number }
}

function takeSnapshot(node: Node, view: View): Entry {
  if (node.kind === 'link') return node
  if (node.kind === 'file') return { kind: 'file', ...view.fileOf(node) }
  const entries = [...view.namesOf(node)].map(([name, below]) => [name, takeSnapshot(below, view)] as const)
  return { kind: 'directory', entries: new Map(entries.toSorted()) }
}

function namesOf({ durable, pending }: DirectoryNode): Map<string, Node> {
  return survivingNames({ durable, pending }, 2 ** pending.length - 1)
}

/** The names with those pending changes whose bit is set. */
function survivingNames({ durable, pending }: Omit<DirectoryNode, 'kind'>, bits: number): Map<string, Node> {
  const names = new Map(durable)
  for (const [index, change] of pending.entries()) if ((bits >> index) % 2 === 1) change(names)
  return names
}

function survivingFile({ text, mode, durable }: FileNode, pick: number | undefined): { text: string; mode: number } {
  if (pick === undefined || pick === 0) return { text, mode }
  if (pick === 1) return durable ?? { text: '', mode }
  return { text: text.slice(0, text.length / 2), mode }
}

function* combinations(choices: readonly number[]): Generator<readonly number[]> {
  const [first, ...rest] = choices
  if (first === undefined) {
    yield []
    return
  }
  for (let choice = 0; choice < first; choice += 1) {
    for (const others of combinations(rest)) yield [choice, ...others]
  }
}

function readTree(path: string): DirectoryNode {
  const durable = new Map<string, Node>()
  for (const name of readdirSync(path)) durable.set(name, readNode(join(path, name)))
  return { kind: 'directory', durable, pending: [] }
}

function readNode(path: string): Node {
  const found = lstatSync(path)
  if (found.isDirectory()) return readTree(path)
  if (found.isSymbolicLink()) return { kind: 'link', target: readlinkSync(path) }
  const content = { text: readFileSync(path, 'utf8'), mode: found.mode & 0o777 }
  return { kind: 'file', ...content, durable: content }
}

/** Makes a directory that holds what a disk holds. */
export function layOut(entry: Entry, path: string, root = path): void {
  if (entry.kind === 'link') symlinkSync(entry.target.replace(elsewhere, root), path)
  if (entry.kind === 'file') writeFileSync(path, entry.text, { mode: entry.mode })
  if (entry.kind !== 'directory') return
  mkdirSync(path)
  for (const [name, below] of entry.entries) layOut(below, join(path, name), root)
}

/** A disk as text: the same for the same, but for the random part of temporary names. */
export function describeDisk(entry: Entry): string {
  if (entry.kind === 'link') return `-> ${entry.target}`
  if (entry.kind === 'file') return `${entry.mode.toString(8)} ${JSON.stringify(entry.text)}`
  const lines = [...entry.entries].map(([name, below]) => {
    return `${name.replace(/\.[0-9a-f]{12}\.new$/, '.TEMPORARY')}: ${describeDisk(below)}`
  })
  return `{${lines.toSorted().join(', ')}}`
}

/** Every plain file of a disk. */
export function* filesOf(entry: Entry): Generator<{ readonly text: string; readonly mode: number }> {
  if (entry.kind === 'file') yield entry
  if (entry.kind === 'directory') for (const below of entry.entries.values()) yield* filesOf(below)
}
