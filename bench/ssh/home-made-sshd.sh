#!/bin/bash
# home-made-sshd.sh SSHD DIRECTORY PORT: an sshd in front of the home-made signer, in a mount namespace of its own where
# the accounts that it needs exist. Nothing of the machine is changed.
set -euo pipefail
sshd=$1 directory=$2 port=$3
if [ "${SIGNET_BENCH_PRIVATE:-}" = '' ]; then
  SIGNET_BENCH_PRIVATE=1 exec unshare --mount --propagation private "$0" "$@"
fi
mount -t tmpfs tmpfs /run
mkdir -m 755 /run/sshd
cat > "$directory/passwd" <<END
root:x:0:0:root:/root:/bin/sh
sshd:x:990:65534::/run/sshd:/usr/sbin/nologin
signer:x:991:65534::$directory:/bin/sh
END
printf 'root:*:19000::::::\nsshd:*:19000::::::\nsigner::19000::::::\n' > "$directory/shadow"
mount --bind "$directory/passwd" /etc/passwd
mount --bind "$directory/shadow" /etc/shadow
cat > "$directory/sshd_config" <<END
ListenAddress 127.0.0.1:$port
HostKey $directory/ssh_host_ed25519_key
PidFile none
UsePAM no
LogLevel VERBOSE
Match User signer
  PasswordAuthentication yes
  PermitEmptyPasswords yes
  AuthenticationMethods none
  ForceCommand $directory/home-made-signer.sh
  DisableForwarding yes
  PermitTTY no
END
chown -R signer "$directory"/ca.* "$directory"/home-made-signer.sh
chmod 755 "$directory"
chown root "$directory/ssh_host_ed25519_key"
exec "$sshd" -D -e -f "$directory/sshd_config"
