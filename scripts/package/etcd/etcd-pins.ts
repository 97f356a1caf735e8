import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SetUpError } from '../../set-up/progress.mjs'
import { checkout } from '../checkout.ts'

/** What the package holds where no minor is named; docs/OPERATIONS.md, "The package signet-etcd", says why. */
export const defaultMinor = '3.6'

/** Which etcd is built. */
export interface EtcdRelease {
  readonly minor: string
  /** Such as 3.6.16. */
  readonly version: string
}

/** Where the modules of a minor are pinned. */
export function etcdSource(minor: string): string {
  return join(checkout, 'scripts', `etcd-${minor}`)
}

/** The minors that can be packaged: those that pin etcdutl too, which the tests do without. */
export function listMinors(): readonly string[] {
  return readdirSync(join(checkout, 'scripts'))
    .flatMap((name) => /^etcd-([0-9]+\.[0-9]+)$/.exec(name)?.[1] ?? [])
    .filter((minor) => /^tool go\.etcd\.io\/etcd\/etcdutl\/v3$/m.test(readGoMod(minor)))
    .toSorted()
}

/** A minor as typed. */
export function parseMinor(minor: string): string {
  const known = listMinors()
  if (known.includes(minor)) return minor
  throw new SetUpError(`--with-etcd is ${minor}, and must be one of ${known.join(', ')}`, 64)
}

export function readRelease(minor: string): EtcdRelease {
  return parseRelease(minor, readGoMod(minor))
}

function readGoMod(minor: string): string {
  return readFileSync(join(etcdSource(minor), 'go.mod'), 'utf8')
}

/** Reads a go.mod of ours: https://go.dev/ref/mod#go-mod-file */
export function parseRelease(minor: string, text: string): EtcdRelease {
  const version = /^\s*go\.etcd\.io\/etcd\/server\/v3 v([0-9]+\.[0-9]+\.[0-9]+)$/m.exec(text)?.[1]
  if (version?.startsWith(`${minor}.`)) return { minor, version }
  throw new SetUpError(`scripts/etcd-${minor}/go.mod requires no release ${minor} of go.etcd.io/etcd/server/v3`)
}

/** The Go that a module's own go.mod asks for: another one makes other bytes, and may lack what was mended in Go since. */
export function parseToolchain(text: string): string {
  const named = /^toolchain (go[0-9]+\.[0-9]+\.[0-9]+)$/m.exec(text)?.[1]
  const least = /^go ([0-9]+\.[0-9]+\.[0-9]+)$/m.exec(text)?.[1]
  if (named !== undefined) return named
  if (least !== undefined) return `go${least}`
  throw new SetUpError('the go.mod of etcd names neither a toolchain nor a whole version of Go')
}
