export { createIdentityServer, type IdentityOptions, type IdentityServer } from './createIdentityServer.ts'
