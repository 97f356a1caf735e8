import { AuthorityClient, type AuthorityClientOptions } from './authority-client.ts'

/** Asks the authority of this host over a connection of its own, which ends with the answer. */
export async function askAuthority<Answered>(
  options: AuthorityClientOptions,
  ask: (authority: AuthorityClient) => Promise<Answered>,
): Promise<Answered> {
  const authority = new AuthorityClient(options)
  try {
    return await ask(authority)
  } finally {
    authority.close()
  }
}
