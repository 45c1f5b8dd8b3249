/** Lives of access tokens that the identity server offers, in seconds. */
export const lifetimes = [8, 60, 3600] as const

/** Where tokens can be kept. */
export const storages = ['memory', 'session'] as const

/** What can be chosen on a method's page. */
export interface Settings {
  readonly lifetime: (typeof lifetimes)[number]
  readonly storage: (typeof storages)[number]
}

/** The settings in a query such as `?lifetime=8&storage=memory`; what is not there comes from `otherwise`. */
export function parseSettings(query: URLSearchParams, otherwise: Settings): Settings {
  const [lifetime, storage] = [query.get('lifetime'), query.get('storage')]
  return {
    lifetime: lifetimes.find((known) => String(known) === lifetime) ?? otherwise.lifetime,
    storage: storages.find((known) => known === storage) ?? otherwise.storage,
  }
}

/** Writes settings into a query, leaving everything else in it alone. */
export function writeSettings({ lifetime, storage }: Settings, query = new URLSearchParams()): URLSearchParams {
  const written = new URLSearchParams(query)
  written.set('lifetime', String(lifetime))
  written.set('storage', storage)
  return written
}
