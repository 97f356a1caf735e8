import { realpath, stat } from 'node:fs/promises'
import { asSignetError, SignetError } from '../../../core/signet-error.ts'
import { type EtcdProgramName, etcdProgram } from '../../../host/programs/etcd-program.ts'
import type { HostPlaces } from '../host-places.ts'
import type { InspectionWorld } from '../inspection-world.ts'

/** The etcd that a member's host starts, and the one that it runs. */
export interface InspectedEtcdBinaries {
  /** The link, as it is named. */
  readonly link: string
  /** Where it leads; undefined where there is none. */
  readonly target: string | undefined
  /** The file that the next start runs; undefined where there is none. */
  readonly next: string | undefined
  /** The file that runs; undefined where none does, or only root can tell. */
  readonly running: string | undefined
  /** Whether there is a unit that starts it; undefined where that is not known. */
  readonly hasUnit: boolean | undefined
  /** What was typed to move to another etcd, where that has not ended; undefined where there is none, or only root can tell. */
  readonly move: string | undefined
  /** Why what is behind the link is not fit to be run by root. */
  readonly problem: SignetError | undefined
}

const printable = /^[ -~]{1,1000}$/

type BinariesWorld = Pick<InspectionWorld, 'files' | 'guardProgram' | 'runningProgram' | 'isUnitKnown'>

/** Looks at the link and at what is behind it, and runs nothing of it. */
export async function inspectEtcdBinaries(
  { etcdBinaries: link, etcdUseProgress }: Pick<HostPlaces, 'etcdBinaries' | 'etcdUseProgress'>,
  { files, guardProgram, runningProgram, isUnitKnown }: BinariesWorld,
): Promise<InspectedEtcdBinaries> {
  const next = await realpath(etcdProgram({ etcdBinaries: link }, 'etcd')).catch(() => undefined)
  return {
    link,
    target: await files.readLink(link).catch(() => undefined),
    next,
    running: await runningProgram('etcd.service'),
    hasUnit: await isUnitKnown('etcd.service'),
    move: await readMove(etcdUseProgress, files),
    problem: next === undefined ? undefined : await findProblem(link, guardProgram),
  }
}

async function readMove(
  file: string | undefined,
  files: Pick<BinariesWorld['files'], 'read'>,
): Promise<string | undefined> {
  const found = file === undefined ? undefined : await files.read(file).catch(() => undefined)
  try {
    const { arguments: typed, started, isFinished } = JSON.parse(found?.text ?? '{}')
    // Before that nothing is changed, and no more is needed.
    const hasBegun = isFinished === false && Array.isArray(started) && started.includes('switch')
    return hasBegun && printable.test(typed) ? `signet ${typed}` : undefined
  } catch {
    return undefined
  }
}

async function findProblem(
  etcdBinaries: string,
  guardProgram: BinariesWorld['guardProgram'],
): Promise<SignetError | undefined> {
  for (const name of ['etcd', 'etcdctl', 'etcdutl'] as const) {
    try {
      await judgeProgram(etcdProgram({ etcdBinaries }, name), name, guardProgram)
    } catch (error) {
      return asSignetError(error)
    }
  }
  return undefined
}

async function judgeProgram(path: string, name: EtcdProgramName, guardProgram: BinariesWorld['guardProgram']) {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  )
  if (isThere) return guardProgram(path)
  // 3.4 has none.
  if (name === 'etcdutl') return
  throw new SignetError('configuration', `there is no ${name} behind ${path}`)
}
