import { formatBytes, formatTypedBytes, parseBytes } from '../../core/byte-count.ts'
import { SignetError } from '../../core/signet-error.ts'

/** The largest database that etcd recommends (`--quota-backend-bytes`). */
const defaultQuotaBytes = 8 * 1024 ** 3

// Less is full of Kubernetes alone; more no etcd was ever tested with.
const leastBytes = 64 * 1024 ** 2
const mostBytes = 128 * 1024 ** 3

/** etcd's quota as typed; the default where it is not given. Throws `usage`. */
export function parseQuota(text: string | undefined): number {
  if (text === undefined) return defaultQuotaBytes
  const bytes = parseBytes(text, '--quota')
  if (bytes >= leastBytes && bytes <= mostBytes) return bytes
  const limits = `${formatBytes(leastBytes)} and ${formatBytes(mostBytes)}`
  throw new SignetError('usage', `--quota is not between ${limits}`, {
    hint: 'give --quota=8GiB or less, as etcd recommends',
  })
}

/**
 * The option in the arguments of a run, as an interrupted one is told to be typed again; nothing for the default, which runs of
 * earlier versions had.
 */
export function quotaArgument(bytes: number): readonly string[] {
  return bytes === defaultQuotaBytes ? [] : [`--quota=${formatTypedBytes(bytes)}`]
}
