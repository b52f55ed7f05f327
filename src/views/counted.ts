// Numbers with what they count.

/** `1 chart`, `2 charts`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
