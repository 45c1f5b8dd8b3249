import { join } from 'node:path'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

/** Apart from the other tests, because it downloads 240 MB the first time: `pnpm test:firebase-emulator`. */
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  ssr: { resolve: { conditions: ['@tessera-auth/source', ...defaultServerConditions] } },
  test: {
    include: ['test/firebase-emulator/*.test.ts'],
    globalSetup: 'test/firebase-emulator/emulatorSetup.ts',
  },
})
