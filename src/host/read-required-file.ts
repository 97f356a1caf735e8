import { readFileSync } from 'node:fs'
import { SignetError } from '../core/signet-error.ts'

/** The text of a file without which nothing goes on; the hint says what to type. Throws `configuration`. */
export function readRequiredFile(file: string, hint: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new SignetError('configuration', `${file} cannot be read`, { hint, cause })
  }
}
