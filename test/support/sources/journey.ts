import { readDeclarations, readImports } from './source-imports.ts'

/** The files that a thing passes, as a document says. */
export interface Journey {
  readonly title: string
  readonly stops: readonly Stop[]
}

/** One line of a journey: the file that it comes to, and how. */
interface Stop {
  readonly file: string
  readonly how: 'call' | 'return' | HandedIn | Message
}

/** A function that the file before it was given: by whom. */
interface HandedIn {
  readonly by: string
}

/** What crosses a process's border: a type, and the file that declares it. */
interface Message {
  readonly type: string
  readonly declaredIn: string
}

/** The text of a file. */
export type ReadSource = (file: string) => string

const path = '`(src/[\\w/.-]+\\.ts)`'
const line = new RegExp(
  `^\\d+\\. (?:(back in )|by \`(\\w+)\` of ${path} over [^:]+ to |handed in by ${path}, )?${path}: \\S`,
)

/** The journeys of a document: a heading each, and below it one numbered line a file. */
export function parseJourneys(text: string): readonly Journey[] {
  const [, section = ''] = text.split(/^## Journeys$/m)
  const [own = ''] = section.split(/^## /m)
  return own
    .split(/^### /m)
    .slice(1)
    .map((part) => {
      const [title = '', ...lines] = part.split('\n')
      return { title, stops: lines.filter((text) => /^\d+\./.test(text)).map(parseStop) }
    })
}

function parseStop(text: string): Stop {
  const [match, back, type, declaredIn, by, file] = line.exec(text) ?? []
  if (match === undefined || file === undefined) throw new Error(`no stop of a journey: ${text}`)
  if (type !== undefined && declaredIn !== undefined) return { file, how: { type, declaredIn } }
  if (by !== undefined) return { file, how: { by } }
  return { file, how: back === undefined ? 'call' : 'return' }
}

/** What is not as a journey says, line by line. */
export function findWrongStops({ stops }: Journey, read: ReadSource): readonly string[] {
  const [first, ...others] = stops
  if (first?.how !== 'call') return ['it begins nowhere']
  const way = [first.file]
  return others.flatMap((stop) => {
    const from = way.at(-1) ?? ''
    const wrong = findWrong(way, stop, read)
    if (stop.how === 'return') way.splice(way.lastIndexOf(stop.file) + 1)
    else way.push(stop.file)
    return wrong === undefined ? [] : [`${from} → ${stop.file}: ${wrong}`]
  })
}

function findWrong(way: readonly string[], { file, how }: Stop, read: ReadSource): string | undefined {
  const from = way.at(-1) ?? ''
  if (how === 'return') return way.slice(0, -1).includes(file) ? undefined : 'the way has not come through it'
  if (how === 'call') return calls(from, read).includes(file) ? undefined : 'is not imported there'
  if ('by' in how) return findWrongHand(way, { file, by: how.by }, read)
  const deaf = [from, file].filter((side) => !speaks(side, how, read))
  return deaf.length === 0 ? undefined : `${how.type} is not imported by ${deaf.join(' and ')}`
}

interface Hand {
  readonly file: string
  readonly by: string
}

function findWrongHand(way: readonly string[], { file, by }: Hand, read: ReadSource): string | undefined {
  const from = way.at(-1) ?? ''
  if (!calls(by, read).includes(file)) return `is not imported by ${by}`
  // Whoever is on the way and opens it there may pass it down.
  const openers = [by, ...way.filter((passed) => calls(passed, read).includes(by))]
  return openers.some((opener) => reaches(opener, from, read)) ? undefined : `${by} does not lead to ${from}`
}

/** The files that are there when a file runs, or come when it needs them. */
function calls(file: string, read: ReadSource): readonly string[] {
  return readImports(file, read(file)).flatMap((one) => (one.isForTypes ? [] : [one.file]))
}

function reaches(from: string, to: string, read: ReadSource, seen = new Set<string>()): boolean {
  if (seen.has(from)) return false
  seen.add(from)
  const next = calls(from, read)
  return next.includes(to) || next.some((file) => reaches(file, to, read, seen))
}

/** Whether a file imports the type of a message, or something whose declaration names it. */
function speaks(side: string, { type, declaredIn }: Message, read: ReadSource): boolean {
  const declarations = readDeclarations(read(declaredIn))
  const names = readImports(side, read(side)).flatMap((one) => (one.file === declaredIn ? one.names : []))
  return names.some((name) => new RegExp(`\\b${type}\\b`).test(declarations.get(name) ?? ''))
}
