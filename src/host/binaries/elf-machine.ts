import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

// e_machine of the ELF header (elf(5)), by Debian's names for the architectures.
const machines: Readonly<Record<number, string>> = {
  3: 'i386',
  8: 'mips',
  20: 'powerpc',
  21: 'ppc64el',
  22: 's390x',
  40: 'arm',
  62: 'amd64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
}

const headerBytes = 20

/** For which machine a program was built; undefined where it is no ELF file, such as a script. */
export async function readElfMachine(path: string): Promise<string | undefined> {
  // Opening a pipe would wait for somebody to write into it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const header = Buffer.alloc(headerBytes)
    const { bytesRead } = await file.read(header, 0, headerBytes, 0)
    return parseElfMachine(header.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}

function parseElfMachine(header: Buffer): string | undefined {
  if (header.length < headerBytes || header.toString('latin1', 0, 4) !== '\u007fELF') return undefined
  // EI_DATA: 1 is little-endian, 2 big-endian.
  const machine = header[5] === 2 ? header.readUInt16BE(18) : header.readUInt16LE(18)
  return machines[machine] ?? `machine ${machine}`
}

/** The machine that this host's programs are for: that of the program which runs now. */
export async function readOwnMachine(): Promise<string | undefined> {
  return readElfMachine(process.execPath)
}
