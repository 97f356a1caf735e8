import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What is wrong with a fake etcd, or which it is. */
export interface FakeEtcd {
  readonly version?: string
  readonly programs?: readonly ('etcd' | 'etcdctl' | 'etcdutl')[]
}

/** Programs in a directory that tell their version as etcd's do, and nothing else. Returns the directory. */
export function writeFakeEtcd(
  directory: string,
  { version = '3.5.16', programs = ['etcd', 'etcdctl', 'etcdutl'] }: FakeEtcd = {},
): string {
  mkdirSync(directory, { recursive: true })
  for (const name of programs) {
    const told = name === 'etcd' ? `etcd Version: ${version}` : `${name} version: ${version}`
    writeFileSync(join(directory, name), `#!/bin/sh\necho '${told}'\n`, { mode: 0o755 })
  }
  return directory
}
