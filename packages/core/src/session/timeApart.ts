/** How far one instant is from another, to be put between the names of both: `4000 s ahead of`, `60 s behind`. */
export function timeApart(aheadMs: number): string {
  return `${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs < 0 ? 'behind' : 'ahead of'}`
}
