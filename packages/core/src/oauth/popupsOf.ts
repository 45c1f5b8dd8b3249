import { browserPopups, type Popups } from '../browser/popup.ts'
import type { MethodContext } from '../methods/method.ts'

/** The windows of a context. The real ones are named here, so that apps whose method opens none do not carry them. */
export function popupsOf({ popups = browserPopups }: Pick<MethodContext, 'popups'>): Popups {
  return popups
}
