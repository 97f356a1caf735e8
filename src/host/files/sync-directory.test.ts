import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { syncDirectory } from './sync-directory.ts'

const failing = vi.hoisted(() => ({ code: '' }))
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>()
  const sync = () => Promise.reject(Object.assign(new Error(failing.code), { code: failing.code }))
  const open: typeof real.open = async (path, flags) => {
    const handle = await real.open(path, flags)
    return failing.code === '' ? handle : Object.assign(handle, { sync })
  }
  return { ...real, open }
})

it('is no failure on a file system whose directories have no fsync, as those of /proc', async () => {
  failing.code = ''
  await expect(syncDirectory('/proc/self')).resolves.toBeUndefined()
})

it.each(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])('is no failure where the kernel answers %s', async (code) => {
  failing.code = code
  await expect(syncDirectory(tmpdir())).resolves.toBeUndefined()
})

it.each(['EIO', 'ENOSPC'])('is one where the disk answers %s', async (code) => {
  failing.code = code
  await expect(syncDirectory(tmpdir())).rejects.toMatchObject({ code })
})

it('is one where there is no directory', async () => {
  failing.code = ''
  const directory = mkdtempSync(join(tmpdir(), 'signet-sync-'))
  rmdirSync(directory)
  await expect(syncDirectory(directory)).rejects.toMatchObject({ code: 'ENOENT' })
})
