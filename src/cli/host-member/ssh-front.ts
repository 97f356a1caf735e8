import type { SignetConfig } from '../../host/signet-config.ts'
import type { Systemd } from '../../host/systemd-unit.ts'

/** The SSH front that leads to the endpoint, as far as it is not the endpoint itself. Each call can be made twice. */
export interface SshFront {
  ensure(config: SignetConfig): Promise<void>
  remove(): Promise<void>
}

/** The front of this host: sshd with a drop-in, or none where the endpoint has its own SSH server. */
export function createSshFront(_systemd: Systemd): SshFront {
  return {
    ensure: async () => {},
    remove: async () => {},
  }
}
