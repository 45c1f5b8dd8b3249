/** Whether this page is in a frame of another origin. Also `true` in a sandbox that gives the page an origin of its own. */
export function isFramed(): boolean {
  try {
    return typeof window !== 'undefined' && !isAmongOwn(window)
  } catch {
    return true
  }
}

/** Whether all pages around are of this origin: to read where one of another is throws. */
function isAmongOwn({ parent, self }: Window): boolean {
  return parent === self || (parent.location.href !== '' && isAmongOwn(parent))
}
