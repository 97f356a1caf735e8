import type { Option } from 'commander'
import type { HostWorld } from '../setup/host-world.ts'
import type { CommandStreams } from './command-streams.ts'

/** What a command is run with. */
export interface CommandWorld extends CommandStreams {
  readonly stderr: NodeJS.WriteStream
  /** Settles when the operator interrupts, which from then on no longer ends the process by itself. */
  untilStopped(): Promise<void>
  /** This host, for a command that hears when the operator interrupts. */
  openHost(isDryRun?: boolean): Promise<HostWorld>
  /** This host, for a command that an interrupt just ends. */
  openHostBriefly(): Promise<HostWorld>
}

/** An option: how it is typed, what help says of it, and what it is where nobody types it. */
export type OptionWords = readonly [flags: string, description: string, defaultValue?: string] | Option

/** An option that a command would pass over in silence, but for another one, or beside it. */
export interface Combination {
  readonly option: string
  readonly needs?: string
  readonly excludes?: string
}

/** A command: all that --help and the man pages say of it, and what runs it. */
export interface CommandWords {
  readonly name: string
  readonly description: string
  readonly argument?: readonly [name: string, description: string]
  readonly options?: readonly OptionWords[]
  readonly combinations?: readonly Combination[]
  /** What help says before the examples. */
  readonly note?: string
  readonly examples?: readonly string[]
  /** Whether its arguments are those of the program it is named for, and passed on as they are. */
  readonly passesOn?: boolean
  /** What to type where its words are not taken, if more than help says it. */
  readonly hint?: string
  /** What an interrupt leaves of it, where that just ends the process: said then. */
  readonly leaves?: string
  /** The commands below it; it does nothing itself. */
  readonly inner?: readonly CommandWords[]
  /** Whether it is meant where none of those beside it is named. */
  readonly isDefault?: boolean
  /**
   * Imports what runs it, which nobody needs who asks for help, and runs it; a number is its exit status. Without it main.ts
   * starts the command where nothing is wrong with its arguments.
   */
  run?(options: unknown, world: CommandWorld, argument: unknown): Promise<unknown>
}
