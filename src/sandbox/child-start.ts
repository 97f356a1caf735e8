import type { OwnChild } from '../host/programs/child-process.ts'

/** Who is told of a child as soon as it runs, ready or not, and what ends the wait until it is ready. */
export interface ChildStart {
  readonly started: (child: OwnChild) => void
  readonly signal?: AbortSignal
}
