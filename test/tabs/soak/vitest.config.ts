import { join } from 'node:path'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

const minutes = Number(process.env['SOAK_MINUTES'] ?? 10)
if (!(minutes >= 1)) throw new Error('SOAK_MINUTES must be a number, 1 at least.')

/** Apart from the other tests, because it takes ten minutes: `pnpm test:soak`, with SOAK_MINUTES for another length. */
export default defineConfig({
  root: join(import.meta.dirname, '../../..'),
  ssr: { resolve: { conditions: ['@tessera-auth/source', ...defaultServerConditions] } },
  test: {
    include: ['test/tabs/soak/*.test.ts'],
    retry: 0,
    // The table is easier to read as it is.
    disableConsoleIntercept: true,
    testTimeout: (minutes + 2) * 60_000,
    hookTimeout: 120_000,
    provide: { minutes },
  },
})
