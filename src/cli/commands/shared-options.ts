/** `--json`, of nearly every command. */
export const jsonOption = ['--json', 'print a JSON object'] as const

/** `--dry-run`, where nothing is asked of a signer either. */
export const dryRunOption = ['--dry-run', 'say what would be done, and do nothing'] as const

/** `--dir`, where `request` may have left everything. */
export const requestedDirOption = ['--dir <dir>', 'the directory that request was given'] as const

/** `--sandbox`, for what asks etcd. */
export const sandboxOption = [
  '--sandbox <dir>',
  'the cluster of the sandbox in this directory, not of this host',
] as const

/** `--ssh-config`, for what asks a signer. */
export const sshConfigOption = ['--ssh-config <file>', 'given to ssh as -F'] as const

/** `--port`, for what asks a signer for the first time. */
export const signerPortOption = ['--port <port>', "port of the signer's SSH (default: 22)"] as const
