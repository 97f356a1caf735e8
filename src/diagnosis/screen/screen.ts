import { styleText } from 'node:util'

/** What a word is painted as, where there are colours. */
export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan'

/** Where people read: how wide it is, and whether it has colours. */
export interface Screen {
  /** Undefined where a line may be of any length: in a file, in a pipe. */
  readonly columns: number | undefined
  /** The text in a colour, or as it is. It must have its width already: what is painted cannot be measured. */
  readonly paint: (text: string, style: Style) => string
}

/**
 * Neither colours nor an edge.
 * @internal
 */
export const plainScreen: Screen = { columns: undefined, paint: (text) => text }

/**
 * Colours, whatever the stream leads to.
 * @internal
 */
export function colouredScreen(columns: number | undefined): Screen {
  // Whether there are colours was decided; styleText would look at standard output once more.
  return { columns, paint: (text, style) => styleText(style, text, { validateStream: false }) }
}

/** The screen that a stream leads to. hasColors of Node.js heeds NO_COLOR (no-color.org) and a terminal that is `dumb`. */
export function openScreen(stream: NodeJS.WritableStream | NodeJS.WriteStream, mayPaint: boolean): Screen {
  if (!('isTTY' in stream && stream.isTTY)) return plainScreen
  const { columns } = stream
  return mayPaint && stream.hasColors() ? colouredScreen(columns) : { ...plainScreen, columns }
}
