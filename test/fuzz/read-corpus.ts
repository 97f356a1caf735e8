import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, 'corpus')

export interface CorpusEntry {
  readonly name: string
  readonly bytes: Buffer
}

/** What the fuzzer starts from: the files of one directory of the corpus, always in the same order. */
export function readCorpus(name: string): readonly CorpusEntry[] {
  return readdirSync(join(root, name))
    .toSorted()
    .map((file) => ({ name: file, bytes: readFileSync(join(root, name, file)) }))
}

/** Where an entry of the corpus is. */
export function corpusFile(corpus: string, name: string): string {
  return join(root, corpus, name)
}
