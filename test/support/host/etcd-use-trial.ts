import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect } from 'vitest'
import { putKey } from '../../../src/etcd/key-value.ts'
import { readMemberStatus } from '../../../src/etcd/member-status.ts'
import type { SandboxHost } from '../../../src/sandbox/sandbox-host.ts'
import { findEtcd } from '../etcd/find-etcd.ts'
import { clientUrlOf, EtcdHosts, runUse } from './etcd-hosts.ts'

/** Three members of which some are moved to other etcds, that are scripts in front of the real one. */
export class EtcdUseTrial {
  readonly all: EtcdHosts
  readonly #etcd = findEtcd()
  /** What every host runs between two tests. */
  usual: string

  private constructor(all: EtcdHosts, usual: string) {
    this.all = all
    this.usual = usual
  }

  static async begin(): Promise<EtcdUseTrial> {
    const usual = dirname(realpathSync(findEtcd()?.path ?? ''))
    return new EtcdUseTrial(await EtcdHosts.found(usual, 3), usual)
  }

  at(index: number): SandboxHost {
    return this.all.at(index)
  }

  binaries(name: string, script?: string): string {
    return this.all.scriptedEtcd(name, this.#etcd?.path, script)
  }

  isServing(host: SandboxHost) {
    return readMemberStatus(this.all.connect([host]), clientUrlOf(host), 2000)
  }

  async untilServing(host: SandboxHost): Promise<void> {
    await expect.poll(() => this.isServing(host).catch(() => undefined), { timeout: 20_000 }).toBeDefined()
  }

  /** After a run that went back: the old etcd is the one that is linked, and it serves. */
  async expectAsBefore(host: SandboxHost): Promise<void> {
    expect(await linkOf(host)).toBe(this.usual)
    expect((await this.isServing(host)).raftLeader).not.toBe(0n)
    expect(existsSync(host.world.layout.etcdUseProgress)).toBe(false)
    await putKey(this.all.connect([host]), 'after', 'writes go on')
  }
}

/** Where the link to the binaries of a host leads. */
export function linkOf({ world }: SandboxHost): Promise<string | undefined> {
  return world.files.readLink(world.layout.etcdBinaries)
}

/** Runs until the switch is done, and never on, as if killed by SIGKILL then. */
export async function useKilledOnce(host: SandboxHost, directory: string): Promise<void> {
  const { files, layout } = host.world
  await new Promise<void>((killed) => {
    const write: typeof files.write = async (path, text, settings) => {
      if (path === layout.etcdUseProgress && text.includes('"restart"')) {
        killed()
        await new Promise(() => {})
      }
      await files.write(path, text, settings)
    }
    void runUse({ world: { ...host.world, files: { ...files, write } } }, directory)
  })
  expect(JSON.parse(readFileSync(layout.etcdUseProgress, 'utf8'))).toMatchObject({ isFinished: false })
}
