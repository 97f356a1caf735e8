/** The version of this build, as `signet version` and `get-status` say it. */
export const version = '0.1.0'
