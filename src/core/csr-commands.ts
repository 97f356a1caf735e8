// What hints tell people to type for a CSR. Each is run by a test, and what it makes is signed.

/**
 * Makes a CSR with the key at hand. SHA-256 by name: a host's openssl.cnf may have another default, and then the CSR that
 * was refused for it would be made once more.
 */
export function makeCsrCommand(name = 'NAME'): string {
  return `openssl req -new -sha256 -key client.key -subj /CN=${name} -out client.csr`
}

/** Makes a new key first, for whoever has one that is never accepted. */
export function makeKeyAndCsrCommand(name = 'NAME'): string {
  return `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key -subj /CN=${name} -out client.csr`
}
