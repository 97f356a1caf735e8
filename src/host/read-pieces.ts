import { open } from 'node:fs/promises'

const pieceBytes = 1024 ** 2

/**
 * Reads a file of any size, one piece after the other, until it ends or whoever visits has seen enough. A piece is good only until
 * the visit returns. Throws the system's error.
 */
export async function readPieces(path: string, visit: (piece: Uint8Array) => 'more' | 'enough'): Promise<void> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(pieceBytes)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, pieceBytes, null)
      if (bytesRead === 0 || visit(buffer.subarray(0, bytesRead)) === 'enough') return
    }
  } finally {
    await file.close()
  }
}
