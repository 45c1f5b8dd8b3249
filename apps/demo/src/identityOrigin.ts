/** Origin of the identity server, which is also its issuer and where its API is. */
export const identityOrigin = import.meta.env.VITE_IDENTITY_ORIGIN
