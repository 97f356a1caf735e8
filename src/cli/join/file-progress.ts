import { dirname } from 'node:path'
import { type ProgressStore, parseProgress } from '../../cluster/run-progress.ts'
import type { LocalFiles } from '../../host/local-files.ts'

/** The progress of a run in a file, readable by root only. */
export function fileProgress(file: string, files: LocalFiles): ProgressStore {
  return {
    load: async () => {
      const known = await files.read(file)
      return known === undefined ? undefined : parseProgress(known.text, file)
    },
    save: async (progress) => {
      await files.makeDirectory(dirname(file), { mode: 0o700 })
      await files.write(file, `${JSON.stringify(progress)}\n`, { mode: 0o600 })
    },
    clear: () => files.remove(file),
  }
}
