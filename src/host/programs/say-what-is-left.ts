const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Until it is called off: says at Ctrl-C what an interrupted command leaves, and then ends by that very signal, as whoever
 * sent it expects. What had begun on this host is atomic, and a program that was started hears the terminal's signal itself.
 */
export function sayWhatIsLeft(left: string, stderr: NodeJS.WritableStream): () => void {
  const callsOff = signals.map((signal) => {
    const hear = (): void => {
      // Over what a wait may have written on this line.
      const start = 'isTTY' in stderr && stderr.isTTY === true ? '\r\u001b[K' : ''
      stderr.write(`${start}signet: interrupted; ${left}\n`)
      process.kill(process.pid, signal)
    }
    process.once(signal, hear)
    return () => process.off(signal, hear)
  })
  return () => {
    for (const callOff of callsOff) callOff()
  }
}
