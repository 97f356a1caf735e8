/** What `help` and `--help` answer, and what a call without a word gets on standard error. */
export const helpText = `Signet hands out short-lived etcd certificates over SSH.

usage: ssh signer@LEADER WORD

words that read no standard input:
  get-certificate    the CA certificate, PEM
  get-trust          every CA certificate to trust now, PEM, the issuing one first
  get-peers          client URLs of etcd's voting members, one a line
  get-topology       etcd's members, as --initial-cluster takes them
  get-status         version, time, CA pin and client lifetime, JSON
  help               this text

words that read base64 of a PKCS#10 CSR, at most 16 KiB, and answer a certificate, PEM:
  kubemaster-<id>    an etcd client certificate; the CSR's CN is kubemaster-<id>
  etcd-<id>=<ip>     an etcd member certificate; the CSR's CN is etcd-<id>, and <ip> the caller's own address
<id> is 1 to 52 of A-Z a-z 0-9 - _, first and last a letter or digit.

examples:
  ssh signer@LEADER get-certificate > ca.crt
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \\
    -keyout client.key -subj "/CN=$HOSTNAME" -out client.csr
  base64 < client.csr | ssh signer@LEADER "$HOSTNAME" > client.crt

On failure standard output stays empty, and the exit status says what kind it was:
  64 unknown word or name   65 bad CSR   69 unavailable   70 a defect of Signet
  75 try again later        77 refused   78 the signer's configuration   255 ssh itself
`
