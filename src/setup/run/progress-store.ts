import type { RunProgress } from './run-progress.ts'

/** Where the progress is kept; every `save` must be durable before it resolves. */
export interface ProgressStore {
  load(): Promise<RunProgress | undefined>
  save(progress: RunProgress): Promise<void>
  clear(): Promise<void>
}
