#!/usr/bin/env node
// `npx signet <command>` in a checkout: the set-up that the command needs, then the program itself.
import { setUpAndRun } from '../scripts/set-up/set-up-and-run.mjs'

const args = process.argv.slice(2)
const command = args.find((arg) => !arg.startsWith('-'))

await setUpAndRun({ level: command === 'sandbox' ? 'demo' : 'none', program: 'src/cli/main.ts', args })
