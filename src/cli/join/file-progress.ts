import { dirname } from 'node:path'
import { type ProgressStore, parseProgress } from '../../cluster/run-progress.ts'
import { localFiles } from '../../host/local-files.ts'

/** The progress of a run in a file, readable by root only. */
export function fileProgress(file: string): ProgressStore {
  return {
    load: async () => {
      const known = await localFiles.read(file)
      return known === undefined ? undefined : parseProgress(known.text, file)
    },
    save: async (progress) => {
      await localFiles.makeDirectory(dirname(file), { mode: 0o700 })
      await localFiles.write(file, `${JSON.stringify(progress)}\n`, { mode: 0o600 })
    },
    clear: () => localFiles.remove(file),
  }
}
