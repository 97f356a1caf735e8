import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** How much of a script the kernel looks at (BINPRM_BUF_SIZE, execve(2)). */
const mostBytes = 256

/** The program that the kernel runs a script with, as its first line names it; undefined where the file is no script. */
export async function readInterpreter(path: string): Promise<string | undefined> {
  // Opening a pipe would wait for somebody to write into it. Who may not read a script cannot run it either.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const head = Buffer.alloc(mostBytes)
    // Of a directory nothing can be read.
    const { bytesRead } = await file.read(head, 0, mostBytes, 0).catch(() => ({ bytesRead: 0 }))
    return /^#![ \t]*([^ \t\n\0]+)/.exec(head.toString('latin1', 0, bytesRead))?.[1]
  } finally {
    await file.close()
  }
}
