import * as v from 'valibot'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { buildProgram } from '../../src/cli/program.ts'
import { parseSetupAnswers } from '../../src/setup/setup-file.ts'
import { readCodeBlocks } from '../support/docs/read-document.ts'

const cloudConfig = v.object({
  hostname: v.string(),
  write_files: v.array(v.strictObject({ path: v.string(), permissions: v.string(), content: v.string() })),
  runcmd: v.array(v.array(v.string())),
})
const examples = ['docs/RUNBOOK.md', 'docs/OPERATIONS.md']
  .flatMap((file) => readCodeBlocks(file, 'yaml'))
  .filter((text) => text.startsWith('#cloud-config\n'))
  .map((text) => v.parse(cloudConfig, parse(text)))

// Where the documents have a placeholder, an operator has the pin that init printed.
const withPin = (content: string): string => content.replace('SHA256:PIN', `SHA256:${'0'.repeat(64)}`)

it('the documents show how the first host and a further one are set up by cloud-init', () => {
  const commands = examples.flatMap(({ runcmd }) => runcmd.at(-1)?.at(1))
  expect(commands.toSorted()).toEqual(['init', 'join'])
})

it.each(examples.map((example) => [example.runcmd.at(-1)?.at(1) ?? '', example] as const))(
  'the example of %s writes the file that its command reads, with answers that it takes',
  (command, { write_files: files, runcmd }) => {
    const line = runcmd.at(-1) ?? []
    const file = files.find(({ path }) => path === line[line.indexOf('--config') + 1])
    if (command !== 'init' && command !== 'join') throw new Error(`no command of first-boot: ${command}`)
    expect(parseSetupAnswers(command, withPin(file?.content ?? ''), 'the example')).not.toEqual({})
    const known = buildProgram(() => Promise.resolve()).commands.find((each) => each.name() === command)?.options
    for (const option of line.filter((word) => word.startsWith('--'))) {
      expect(known?.map(({ long }) => long)).toContain(option)
    }
  },
)
