import { AuthError } from '../errors.ts'

/**
 * Loads a part of this library that an app does not start with.
 *
 * @throws AuthError `network`.
 */
export async function loadChunk<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    throw new AuthError('network', 'A part of the app could not be loaded: offline, or replaced by a newer version. Try later, or reload.', { cause })
  }
}
