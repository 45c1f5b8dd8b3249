/** Origin of the identity server, which is also its issuer and where its API is. */
export const identityOrigin = import.meta.env.VITE_IDENTITY_ORIGIN

/** Where credentials may go: the API, and where they are revoked. */
export const api: readonly string[] = [`${identityOrigin}/v1/`, `${identityOrigin}/demo/revoke`]
