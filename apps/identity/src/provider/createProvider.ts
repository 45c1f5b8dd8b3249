import Provider from 'oidc-provider'
import type { ServerContext } from '../serverContext.ts'
import { guardResponses } from './guardResponses.ts'
import { observeProvider } from './observeProvider.ts'
import { providerConfiguration } from './providerConfiguration.ts'

/** The OpenID server: discovery, authorization, token, revocation and end-session endpoints. */
export function createProvider(context: ServerContext): Provider {
  const provider = new Provider(context.origin, providerConfiguration(context))
  provider.use(guardResponses(context.demoOrigin))
  observeProvider(provider, context.record)
  return provider
}
