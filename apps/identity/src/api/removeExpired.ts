/** Forgets every entry whose time is over. */
export function removeExpired(entries: Map<string, { readonly expiresAt: number }>): void {
  for (const [key, { expiresAt }] of entries) if (Date.now() >= expiresAt) entries.delete(key)
}
