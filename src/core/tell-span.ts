const minuteMs = 60_000
const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

/** How long something is, for people: `3 h 5 m`. Cut, never rounded up: nobody is told of time that is not there. Pure. */
export function tellSpan(ms: number): string {
  if (ms >= 7 * dayMs) return `${Math.floor(ms / dayMs)} days`
  if (ms >= dayMs) return `${Math.floor(ms / dayMs)} d ${Math.floor((ms % dayMs) / hourMs)} h`
  const minutes = `${Math.floor((ms % hourMs) / minuteMs)} m`
  return ms < hourMs ? minutes : `${Math.floor(ms / hourMs)} h ${minutes}`
}
