import { Code, ConnectError } from '@connectrpc/connect'

/** What a promise resolves to, or a ConnectError DeadlineExceeded where that takes too long. */
export async function withinTime<Value>(promise: Promise<Value>, timeoutMs: number, reason: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectError(reason, Code.DeadlineExceeded)), timeoutMs)
  })
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
