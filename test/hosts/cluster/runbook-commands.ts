import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import type { Host } from '../lab/host.ts'
import { places } from '../set-up/places.ts'

/** The first block of shell commands under a heading of a document, word for word. */
export function commandsUnder(document: string, heading: string): string {
  const text = readFileSync(`${places.checkout}/${document}`, 'utf8')
  const [, section = ''] = text.split(`\n${heading}\n`)
  const [, commands] = /```sh\n(.*?)```/s.exec(section) ?? []
  assert.ok(commands !== undefined, `${document} has no commands under ${heading}`)
  return commands
}

/** All blocks of shell commands on a page of a document, up to the next page, each as its lines. */
export function blocksOfPage(document: string, heading: string): readonly (readonly string[])[] {
  const text = readFileSync(`${places.checkout}/${document}`, 'utf8')
  const [page = ''] = (text.split(`\n${heading}\n`)[1] ?? '').split(/^## /m)
  const blocks = [...page.matchAll(/^( *)```sh\n(.*?)^ *```$/gms)]
  assert.ok(blocks.length > 0, `${document} has no commands under ${heading}`)
  return blocks.map(([, , commands = '']) => commands.trim().split(/\n */))
}

/** The commands that a transcript of a document shows, that is the lines behind `$` and those that continue them. */
export function commandsOfTranscript(document: string, holding: string): string {
  const text = readFileSync(`${places.checkout}/${document}`, 'utf8')
  const transcript = [...text.matchAll(/```console\n(.*?)```/gs)].find(([, lines = '']) => lines.includes(holding))
  const commands = [...(transcript?.[1] ?? '').matchAll(/^\$ ((?:.*\\\n)*.*)$/gm)].map(([, command]) => command)
  assert.ok(commands.length > 0, `${document} shows no transcript with ${holding}`)
  return `${commands.join('\n')}\n`
}

/** Types commands of a document on a host; `LEADER` is the only word that is replaced. */
export async function typeCommands(host: Host, commands: string, signer: Host): Promise<string> {
  return host.run(`set -eo pipefail\n${commands.replaceAll('LEADER', signer.address)}`)
}
