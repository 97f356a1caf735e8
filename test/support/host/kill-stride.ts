/**
 * How many moments a run that is killed moves on by: each is a whole run on real etcd, and all of them take half an hour. Without
 * --all every seventh is tried; with it, as after a change of what is killed, every one.
 */
export const killStride = process.env['SIGNET_EVERY_KILL'] === undefined ? 7 : 1
