import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { LocalFiles } from '../../host/files/local-files.ts'
import type { ProgressStore } from './progress-store.ts'
import { parseProgress, type RunProgress } from './run-progress.ts'

/**
 * The progress of a run in a file, readable by root only. Of the directories, which the run may make, those that were not
 * there when it began go again when the progress is cleared, unless something is in them by then; inner ones come first.
 */
export function fileProgress(file: string, files: LocalFiles, directories: readonly string[] = []): ProgressStore {
  let absentBefore: readonly string[] | undefined
  const load = async (): Promise<RunProgress | undefined> => {
    const known = await files.read(file)
    return known === undefined ? undefined : parseProgress(known.text, file)
  }
  return {
    load,
    save: async (progress) => {
      absentBefore ??= progress.absentBefore ?? directories.filter((directory) => !existsSync(directory))
      await files.makeDirectory(dirname(file), { mode: 0o700 })
      await files.write(file, `${JSON.stringify({ ...progress, absentBefore })}\n`, { mode: 0o600 })
    },
    clear: async () => {
      const made = absentBefore ?? (await load())?.absentBefore ?? []
      await files.remove(file)
      for (const directory of made) await files.removeEmpty(directory)
    },
  }
}
