#!/bin/bash
# private-sshd.sh SSHD DIRECTORY PORT SETTINGS SHELL: an sshd in a mount namespace of its own, where the account `signer`
# exists, with that login shell. Nothing of the machine is changed.
set -euo pipefail
sshd=$1 directory=$2 port=$3 settings=$4 shell=$5
if [ "${SIGNET_BENCH_PRIVATE:-}" = '' ]; then
  SIGNET_BENCH_PRIVATE=1 exec unshare --mount --propagation private "$0" "$@"
fi
mount -t tmpfs tmpfs /run
mkdir -m 755 /run/sshd /run/signet
# Where the relay as a login shell looks for the endpoint.
ln -s "$directory/relay.sock" /run/signet/relay.sock
cat > "$directory/passwd" <<END
root:x:0:0:root:/root:/bin/sh
sshd:x:990:65534::/run/sshd:/usr/sbin/nologin
signer:x:991:65534::$directory:$shell
END
printf 'root:*:19000::::::\nsshd:*:19000::::::\nsigner::19000::::::\n' > "$directory/shadow"
mount --bind "$directory/passwd" /etc/passwd
mount --bind "$directory/shadow" /etc/shadow
cat - "$settings" > "$directory/sshd_config" <<END
ListenAddress 127.0.0.1:$port
HostKey $directory/ssh_host_ed25519_key
PidFile none
UsePAM no
LogLevel VERBOSE
END
chown root "$directory/ssh_host_ed25519_key"
exec "$sshd" -D -e -f "$directory/sshd_config"
