import type { LocalFiles } from '../files/local-files.ts'
import type { HostLayout } from '../host-layout.ts'

/** Where etcd's quota is not told: the largest that it recommends. */
export const largestQuotaBytes = 8 * 1024 ** 3

/** The quota that this host's etcd is started with, for whoever cannot ask it; undefined where its flags name none. */
export async function readFlaggedQuota(
  { etcdFlags }: Pick<HostLayout, 'etcdFlags'>,
  files: Pick<LocalFiles, 'read'>,
): Promise<number | undefined> {
  const found = await files.read(etcdFlags).catch(() => undefined)
  const digits = /--quota-backend-bytes=([1-9][0-9]{0,14})\b/.exec(found?.text ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}
