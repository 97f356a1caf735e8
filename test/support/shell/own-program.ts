import { join } from 'node:path'
import { findOwnProgram } from '../../../src/sandbox/own-program.ts'

const bundle = process.env['SIGNET_SANDBOX_PROGRAM']

/**
 * What Node.js runs as `signet`: the bundle that packages have too, where `npm test` has made it, since a start from the sources
 * costs three times as much; else the sources.
 */
export const ownMain = bundle ?? join(import.meta.dirname, '../../../src/cli/main.ts')

/** The same, as a sandbox and a test's hosts start their daemons. */
export const ownDaemons = findOwnProgram(bundle)
