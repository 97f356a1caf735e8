/** A reason why hosts cannot be booted on this machine: nothing was tested, and nobody shall think that it was. */
export class Unable extends Error {}
