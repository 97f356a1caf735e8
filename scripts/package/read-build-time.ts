import { execFileSync, type StdioOptions } from 'node:child_process'
import { checkout } from './checkout.ts'

/** The time that all files of a package carry: SOURCE_DATE_EPOCH, or that of the last commit; outside a repository, now. */
export function readBuildTime(): Date {
  return new Date((readEpoch() ?? readCommitTime() ?? Math.floor(Date.now() / 1000)) * 1000)
}

/** https://reproducible-builds.org/specs/source-date-epoch */
function readEpoch(): number | undefined {
  const text = process.env['SOURCE_DATE_EPOCH'] ?? ''
  return /^[0-9]+$/.test(text) ? Number(text) : undefined
}

function readCommitTime(): number | undefined {
  try {
    const options = {
      cwd: checkout,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'] satisfies StdioOptions,
    } as const
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], options)) || undefined
  } catch {
    return undefined
  }
}
