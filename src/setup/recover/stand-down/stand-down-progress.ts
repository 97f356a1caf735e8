import { join } from 'node:path'
import type { HostWorld } from '../../host-world.ts'

/** How far a stand-down came. */
export function standDownProgressFile({ layout }: Pick<HostWorld, 'layout'>): string {
  return join(layout.setupDirectory, 'stand-down.json')
}
