import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { cacheDir, checkoutDir } from '../../../scripts/set-up/checkout.mjs'
import { runClient } from '../../support/shell/run-client.ts'
import type { KubePair } from './kube-scenario.ts'

/** Remembers what has passed at this commit; nothing where the tree has changes that no commit names. */
export class PassedPairs {
  readonly #directory: string | undefined

  private constructor(directory: string | undefined) {
    this.#directory = directory
  }

  static async open(): Promise<PassedPairs> {
    const git = (...words: string[]) => runClient('git', ['-C', checkoutDir, ...words])
    const [changes, commit] = [await git('status', '--porcelain'), await git('rev-parse', 'HEAD')]
    const isNamed = changes.status === 0 && changes.stdout === '' && commit.status === 0
    return new PassedPairs(isNamed ? `${cacheDir}/kubernetes/passed/${commit.stdout.trim()}` : undefined)
  }

  has(name: string, pair: KubePair): boolean {
    return this.#directory !== undefined && existsSync(fileOf(this.#directory, name, pair))
  }

  add(name: string, pair: KubePair): void {
    if (this.#directory === undefined) return
    mkdirSync(this.#directory, { recursive: true })
    writeFileSync(fileOf(this.#directory, name, pair), '')
  }
}

function fileOf(directory: string, name: string, { kubernetes, etcd }: KubePair): string {
  return `${directory}/${name}-${kubernetes.version}-${etcd.version}`
}
