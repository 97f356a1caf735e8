#!/bin/bash
# A signer as people write it: the forced command of an account that owns the CA key.
set -euo pipefail
ca=$(dirname "$0")
name=$SSH_ORIGINAL_COMMAND
[[ $name =~ ^kubemaster-[A-Za-z0-9-]+$ ]] || { echo "bad name" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
base64 -d > "$work/client.csr"
[[ $(openssl req -in "$work/client.csr" -noout -verify -subject -nameopt multiline 2>/dev/null) == *"commonName                = $name"* ]]
printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n' > "$work/ext"
openssl x509 -req -in "$work/client.csr" -CA "$ca/ca.crt" -CAkey "$ca/ca.key" \
  -set_serial "0x$(openssl rand -hex 16)" -days 1 -extfile "$work/ext" 2>/dev/null
