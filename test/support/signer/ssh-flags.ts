/** The stock `ssh`, without anybody's settings and known hosts. */
export function sshFlags(port: number): string[] {
  const settings = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'GlobalKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
    'ConnectTimeout=10',
    'IgnoreUnknown=WarnWeakCrypto',
    'WarnWeakCrypto=no',
  ]
  return ['-F', 'none', '-p', `${port}`, ...settings.flatMap((setting) => ['-o', setting])]
}
