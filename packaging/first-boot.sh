#!/bin/sh
# Makes this host an etcd member:
#   /root/setup/first-boot.sh init                            the first one, which becomes the signer
#   /root/setup/first-boot.sh join --signer-ip=IP --pin=PIN   every further one; init has printed the line
# It stays here until it has done its work, and can be run again with the same arguments after a failure or a power cut.
# Then it is gone; what it said is in /root/setup.log and in the journal (journalctl -t signet-setup).
set -eu

case "${1-}" in
  init | join) exec /usr/bin/signet "$@" ;;
esac
cat >&2 <<'USAGE'
signet: error: first-boot.sh wants init or join [usage, status 64]
signet: hint: first-boot.sh init; or first-boot.sh join --signer-ip=IP; see signet init --help
USAGE
exit 64
