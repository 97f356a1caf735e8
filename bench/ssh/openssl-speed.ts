import { spawnSync } from 'node:child_process'

/** What OpenSSL itself does in a second on one core, with P-256. */
export interface OpensslSpeed {
  readonly signsPerSecond: number
  readonly verifiesPerSecond: number
}

/** Asks `openssl speed`; undefined where it says nothing that we can read. */
export function measureOpenssl(): OpensslSpeed | undefined {
  const { stdout } = spawnSync('openssl', ['speed', '-seconds', '2', 'ecdsap256'], { encoding: 'utf8' })
  const match = /nistp256\)\s+\S+s\s+\S+s\s+([0-9.]+)\s+([0-9.]+)/.exec(stdout ?? '')
  if (match === null) return undefined
  return { signsPerSecond: Number(match[1]), verifiesPerSecond: Number(match[2]) }
}
