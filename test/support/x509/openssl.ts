import { runProgram, withFiles } from '../shell/external-program.ts'

/** What `openssl` writes to standard output. Throws with its words where it fails. */
export function openssl(args: readonly string[], input?: Uint8Array): Buffer {
  const { status, stdout, said } = runProgram('openssl', args, input)
  if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${said}`)
  return stdout
}

/** A private key, PEM, from the arguments of `openssl genpkey`. */
export function opensslKey(...genpkeyArgs: readonly string[]): Buffer {
  return openssl(['genpkey', ...genpkeyArgs])
}

/** A CSR, DER, as a master makes it: `openssl req -new`. */
export function opensslCsr(key: Uint8Array, ...reqArgs: readonly string[]): Buffer {
  return withFiles([key], (keyFile) => openssl(['req', '-new', '-key', keyFile, '-outform', 'DER', ...reqArgs]))
}
