/** How many there are, as people say it: `1 master`, `2 masters`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
