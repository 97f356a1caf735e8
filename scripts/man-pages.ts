// node scripts/man-pages.ts [DIRECTORY [VERSION]]: a manual page for signet and one for each command, from what --help is made of.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildProgram } from '../src/cli/program.ts'
import { version as sourceVersion } from '../src/core/version.ts'
import { formatManPage, manPageName } from './man-page.ts'

const [directory = 'dist/man', version = sourceVersion] = process.argv.slice(2)
// So that the same source makes the same package (reproducible-builds.org).
const epoch = process.env['SOURCE_DATE_EPOCH']
const date = new Date(epoch === undefined ? Date.now() : Number(epoch) * 1000).toISOString().slice(0, 10)

const program = buildProgram(() => new Promise(() => {}))
const commands = [program, ...program.commands]
const pages = commands.map(manPageName)
mkdirSync(directory, { recursive: true })
for (const command of commands) {
  writeFileSync(join(directory, `${manPageName(command)}.1`), formatManPage(command, { version, date, pages }))
}
