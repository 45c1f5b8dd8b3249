import type { TestProject } from 'vitest/node'
import { installFirebaseTools, startFirebaseEmulator } from './firebaseEmulator.ts'

declare module 'vitest' {
  interface ProvidedContext {
    firebaseEmulatorUrl: string
  }
}

/** Vitest's global setup: one emulator for the run. */
export default async function emulatorSetup(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await startFirebaseEmulator(installFirebaseTools())
  project.provide('firebaseEmulatorUrl', url)
  return stop
}
