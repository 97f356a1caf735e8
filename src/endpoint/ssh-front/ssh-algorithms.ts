import type { Algorithms } from 'ssh2'

/**
 * What the embedded front offers. No finite-field Diffie-Hellman (DHEat, CVE-2002-20001), no SHA-1, no compression
 * (CPU and memory for strangers). AES-CTR stays: dropbear and paramiko of Debian 12 have no AES-GCM. ssh2 adds
 * strict key exchange (Terrapin, CVE-2023-48795) by itself.
 */
export const sshAlgorithms: Algorithms = {
  // The client's order counts. The first here must be nobody's favourite: dropbear sends a guess along with its list, and
  // ssh2 1.17 drops every guess as a wrong one, which both sides agree on only while it is (RFC 4253 section 7). NIST's
  // curves are left out: every client that we know has the other, and auditors ask why.
  kex: ['curve25519-sha256@libssh.org', 'curve25519-sha256'],
  serverHostKey: ['ssh-ed25519'],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
}
