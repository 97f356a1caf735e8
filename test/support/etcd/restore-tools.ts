import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type HostLayout, hostLayout } from '../../../src/host/host-layout.ts'
import { runProgram } from '../../../src/host/programs/run-program.ts'
import type { RestoreWorld } from '../../../src/recovery/restore/restore-world.ts'
import type { EtcdBinary } from './find-etcd.ts'
import { findRestorer } from './restore-snapshot.ts'

/** A host whose programs of etcd are those of the tests, each in the directory that the host runs etcd from. */
export class RestoreHost {
  readonly root = mkdtempSync(join(tmpdir(), 'signet-restore-'))
  readonly layout: HostLayout
  readonly interrupt = new AbortController()
  readonly world: RestoreWorld

  constructor(etcd: EtcdBinary) {
    this.layout = hostLayout(this.root)
    mkdirSync(this.layout.etcdBinaries, { recursive: true })
    // Another account may run them.
    chmodSync(this.root, 0o755)
    const restorer = findRestorer(etcd)
    const programs = ['etcd', 'etcdctl'].map((name) => join(dirname(etcd.path), name))
    for (const program of [...programs, ...(restorer === undefined ? [] : [restorer])]) this.#bring(program)
    const guardProgram = async (): Promise<void> => {}
    this.world = { layout: this.layout, run: runProgram, guardProgram, signal: this.interrupt.signal }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }

  #bring(program: string): void {
    const own = join(this.layout.etcdBinaries, basename(program))
    // Not a link: those of the checkout's cache look for their libraries beside the name that they are started by.
    if (existsSync(program)) writeFileSync(own, `#!/bin/sh\nexec '${program}' "$@"\n`, { mode: 0o755 })
  }
}
