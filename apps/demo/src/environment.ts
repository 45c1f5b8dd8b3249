import type { Environment } from '@tessera-auth/core'
import { withDevtools } from '@tessera-auth/devtools'

/** The environment of every auth of the demo: with devtools in development, and as it is in a production build. */
export const environment: Environment = withDevtools()
