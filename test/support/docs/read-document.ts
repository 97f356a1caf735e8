import { globSync, readFileSync } from 'node:fs'

/** The documents of this project, by file. */
export const documents: readonly string[] = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...globSync('docs/*.md')]

/** The blocks of code of one language in a document. */
export function readCodeBlocks(file: string, language: string): readonly string[] {
  const fences = readFileSync(file, 'utf8').matchAll(/^```(\w*)\n(.*?)^```$/gms)
  return [...fences].filter(([, found]) => found === language).map(([, , text = '']) => text)
}

/** What a document sets as code: its blocks line by line, and what stands between backticks. */
export function readCode(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8')
  const blocks = [...text.matchAll(/^```\w*\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.split('\n'))
  const spans = text.replace(/^```.*?^```$/gms, '').matchAll(/`([^`]+)`/g)
  return [...blocks, ...[...spans].map(([, span = '']) => span.replaceAll('\n', ' '))]
}
