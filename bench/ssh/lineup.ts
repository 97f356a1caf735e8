import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildExecutable } from '../../scripts/package/build-executable.ts'
import { version } from '../../src/core/version.ts'
import { startCfssl } from './cfssl-contender.ts'
import { type BenchSite, type Contender, NotHere } from './contender.ts'
import { CpuAccount } from './cpu-account.ts'
import { startEmbedded } from './embedded-contender.ts'
import { startFloor } from './floor-contender.ts'
import { startHomeMade } from './home-made-contender.ts'
import { makeCa } from './make-material.ts'
import { startOpenssh } from './openssh-contender.ts'
import { startStepCa } from './step-ca-contender.ts'

export const starters = {
  embedded: startEmbedded,
  openssh: startOpenssh,
  homeMade: startHomeMade,
  cfssl: startCfssl,
  stepCa: startStepCa,
  floor: startFloor,
} satisfies Readonly<Record<string, (site: BenchSite) => Promise<Contender>>>

export type ContenderName = keyof typeof starters

/** A contender that runs, idle until it is called. */
export interface Entrant {
  readonly name: ContenderName
  readonly contender: Contender
  readonly cpu: CpuAccount
}

export interface Lineup {
  readonly entrants: readonly Entrant[]
  /** Why others are not among them. */
  readonly absent: readonly string[]
}

/** Starts contenders, and ends them once `use` is done. */
export async function withLineup<T>(names: readonly ContenderName[], use: (lineup: Lineup) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'signet-bench-'))
  // Forced commands run as another account.
  chmodSync(root, 0o711)
  const remove = (): void => rmSync(root, { recursive: true, force: true })
  process.once('exit', remove)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  const entrants: Entrant[] = []
  const absent: string[] = []
  try {
    const signet = join(root, 'signet')
    await buildExecutable(signet, { work: root, version })
    for (const name of names) {
      const directory = join(root, name)
      mkdirSync(directory)
      try {
        const contender = await starters[name]({ directory, signet, ...makeCa(directory) })
        entrants.push({ name, contender, cpu: new CpuAccount(contender.pids) })
      } catch (error) {
        if (!(error instanceof NotHere)) throw error
        absent.push(error.message)
      }
    }
    return await use({ entrants, absent })
  } finally {
    for (const { contender, cpu } of entrants) {
      await contender.stop()
      cpu.close()
    }
    remove()
  }
}
