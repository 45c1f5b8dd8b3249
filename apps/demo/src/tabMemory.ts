const prefix = 'tessera-demo:'

/** What the demo itself remembers in this tab: settings and the log. Works without a storage, forgetting everything. */
export const tabMemory = {
  read(key: string): string | null {
    try {
      return sessionStorage.getItem(prefix + key)
    } catch {
      return null
    }
  },
  write(key: string, value: string): void {
    try {
      sessionStorage.setItem(prefix + key, value)
    } catch {
      // Blocked or full: the demo goes on, it only forgets at a reload.
    }
  },
}
