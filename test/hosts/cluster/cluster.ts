import type { Host } from '../lab/host.ts'

/** What `init` has printed. */
export interface Founded {
  readonly pin: string
  /** The command that adds a member. */
  readonly join: string
}

export interface ClusterHosts {
  /** The first of them is where `init` ran. */
  readonly members: readonly Host[]
  readonly masters: readonly Host[]
  /** The operator's machine, on another network. */
  readonly desk: Host
}

/** A cluster and those who use it. */
export class Cluster {
  members: readonly Host[]
  readonly masters: readonly Host[]
  readonly desk: Host
  signer: Host
  #founded: Founded | undefined

  constructor({ members, masters, desk }: ClusterHosts) {
    this.members = members
    this.masters = masters
    this.desk = desk
    this.signer = first(members)
  }

  get founded(): Founded {
    if (this.#founded === undefined) throw new Error('the cluster was not founded yet')
    return this.#founded
  }

  set founded(founded: Founded) {
    this.#founded = founded
  }

  /** A master. */
  get master(): Host {
    return first(this.masters)
  }

  /** The member of that name. */
  member(name: string): Host {
    return first(this.members.filter((host) => host.name === name))
  }

  /** Members that are not the signer. */
  get followers(): readonly Host[] {
    return this.members.filter((host) => host !== this.signer)
  }
}

export function first(hosts: readonly Host[]): Host {
  const [host] = hosts
  if (host === undefined) throw new Error('there is no such host')
  return host
}
