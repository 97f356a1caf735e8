import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { runCommand } from '../set-up/command.ts'

const sizeBytes = 4 * 1024 ** 3
const closeLimitMs = 20_000

/**
 * EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: from that moment nothing reaches the disk, not even the journal of
 * the file system. What was not synced is lost, as in a power cut; it is what xfstests simulates one with.
 */
const cutPower = 'open(my $d, "<", $ARGV[0]) or die; my $f = pack("L", 2); ioctl($d, 0x8004587D, $f) or die "$!"'

/** A host's disk: a file system in a file, with the host's changes to the root directory of its release. */
export class Disk {
  readonly #image: string
  readonly #mountPoint: string
  readonly root: string

  constructor(directory: string) {
    this.#image = `${directory}/disk.img`
    this.#mountPoint = `${directory}/disk`
    this.root = `${directory}/root`
    for (const made of [directory, this.#mountPoint, this.root]) mkdirSync(made, { recursive: true })
  }

  /** Makes an empty one, instead of what there may have been. */
  async format(): Promise<void> {
    rmSync(this.#image, { force: true })
    writeFileSync(this.#image, '')
    truncateSync(this.#image, sizeBytes)
    await runCommand('mkfs.ext4', ['-q', '-E', 'lazy_itable_init=1,nodiscard', '-O', '^resize_inode', this.#image])
  }

  /** Shows the host's root directory. A file system that lost its power replays its journal. */
  async mount(baseRoot: string): Promise<void> {
    await runCommand('mount', ['-o', 'loop', this.#image, this.#mountPoint])
    for (const name of ['changes', 'work']) mkdirSync(`${this.#mountPoint}/${name}`, { recursive: true })
    const layers = [`lowerdir=${baseRoot}`, `upperdir=${this.#mountPoint}/changes`, `workdir=${this.#mountPoint}/work`]
    await runCommand('mount', ['-t', 'overlay', 'overlay', '-o', layers.join(','), this.root])
  }

  /** Resolves once the file system is closed: it must not be mounted a second time while a dying namespace holds it. */
  async unmount(): Promise<void> {
    for (const directory of [this.root, this.#mountPoint]) await runCommand('umount', [directory])
    const limitMs = performance.now() + closeLimitMs
    while ((await runCommand('losetup', ['--associated', this.#image])) !== '') {
      if (performance.now() > limitMs) throw new Error(`${this.#image} is still in use`)
      await delay(20)
    }
  }

  /** Brings everything to it that was written so far. */
  async sync(): Promise<void> {
    await runCommand('sync', ['--file-system', this.#mountPoint])
  }

  /** Loses everything that is not on the disk yet. */
  async cutPower(): Promise<void> {
    await runCommand('perl', ['-e', cutPower, this.#mountPoint])
  }
}
