import type { TestProject } from 'vitest/node'
import { findWebKit } from '../../scripts/browsers.ts'
import { startWebKitDriver } from './webkitDriver.ts'

declare module 'vitest' {
  interface ProvidedContext {
    webkitDriverPort: number
  }
}

/**
 * Vitest's global setup of the project `webkit`: its driver lives as long as the run.
 *
 * There is no teardown, because Vitest tears down before it ends the session with the driver.
 */
export default async function webkitSetup(project: TestProject): Promise<void> {
  const webkit = findWebKit()
  if ('missing' in webkit) throw new Error(`${webkit.missing} is missing: ${webkit.install}`)
  await startWebKitDriver(webkit, project.getProvidedContext().webkitDriverPort)
}
