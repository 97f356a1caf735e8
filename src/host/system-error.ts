/** What the system calls an error (errno(3)), such as `ENOENT`; undefined of one that is not the system's. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
