import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

type FsPromises = typeof import('node:fs/promises')

/** A system call that changes a disk, or brings changes to it. */
export type DiskCall =
  | { readonly call: 'create'; readonly path: string; readonly file: number; readonly mode: number }
  | { readonly call: 'chmod'; readonly file: number; readonly mode: number }
  | { readonly call: 'write'; readonly file: number; readonly text: string }
  | { readonly call: 'fsync'; readonly file: number }
  | { readonly call: 'fsync-directory'; readonly path: string }
  | { readonly call: 'rename'; readonly path: string; readonly to: string }
  | { readonly call: 'symlink'; readonly path: string; readonly target: string }
  | { readonly call: 'mkdir'; readonly path: string }
  | { readonly call: 'unlink'; readonly path: string }
  | { readonly call: 'rmdir'; readonly path: string }

let heard: ((call: DiskCall) => void) | undefined
let lastFile = 0

/** Hears of each call that changes the disk, after it was made, until `work` ends. */
export async function recordCalls(listener: (call: DiskCall) => void, work: () => Promise<unknown>): Promise<void> {
  heard = listener
  try {
    await work()
  } finally {
    heard = undefined
  }
}

/** `node:fs/promises` as far as installing uses it, each of its calls one system call and heard of. For `vi.mock`. */
export function recordFs(real: FsPromises): FsPromises {
  const tell = (call: DiskCall): void => heard?.(call)
  const recorded: Partial<FsPromises> = {
    open: async (path, flags, mode) => {
      const handle = await real.open(path, flags, mode)
      if (flags !== 'wx') return flags === 'r' ? recordDirectory(handle, String(path)) : handle
      lastFile += 1
      tell({ call: 'create', path: String(path), file: lastFile, mode: Number(mode) })
      return recordFile(handle, lastFile)
    },
    rename: async (path, to) => {
      await real.rename(path, to)
      tell({ call: 'rename', path: String(path), to: String(to) })
    },
    symlink: async (target, path) => {
      await real.symlink(target, path)
      tell({ call: 'symlink', path: String(path), target: String(target) })
    },
    unlink: async (path) => {
      await real.unlink(path)
      tell({ call: 'unlink', path: String(path) })
    },
    rmdir: async (path) => {
      await real.rmdir(path)
      tell({ call: 'rmdir', path: String(path) })
    },
    mkdir: (async (path, options) => {
      await real.mkdir(path, options)
      tell({ call: 'mkdir', path: String(path) })
      return undefined
    }) as FsPromises['mkdir'],
    rm: async (path) => removeTree(String(path)),
  }

  async function removeTree(path: string): Promise<void> {
    const found = await real.lstat(path).catch(() => undefined)
    if (found === undefined) return
    if (!found.isDirectory()) {
      await real.unlink(path)
      tell({ call: 'unlink', path })
      return
    }
    for (const name of await real.readdir(path)) await removeTree(join(path, name))
    await real.rmdir(path)
    tell({ call: 'rmdir', path })
  }

  function recordFile(handle: FileHandle, file: number): FileHandle {
    return override(handle, {
      chmod: async (mode) => {
        await handle.chmod(mode)
        tell({ call: 'chmod', file, mode: Number(mode) })
      },
      writeFile: async (text) => {
        await handle.writeFile(text)
        tell({ call: 'write', file, text: String(text) })
      },
      sync: async () => {
        await handle.sync()
        tell({ call: 'fsync', file })
      },
    })
  }

  function recordDirectory(handle: FileHandle, path: string): FileHandle {
    return override(handle, {
      sync: async () => {
        await handle.sync()
        tell({ call: 'fsync-directory', path })
      },
    })
  }

  return { ...real, ...recorded }
}

/** A handle with some calls exchanged. */
function override(handle: FileHandle, calls: Partial<FileHandle>): FileHandle {
  return new Proxy(handle, {
    get: (target, name) => {
      if (name in calls) return Reflect.get(calls, name)
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
