import type { Question } from '../api/answer.ts'
import { identityOrigin } from '../identityOrigin.ts'
import type { DemoAuth } from './demoAuth.ts'

/** Has the server revoke what this session sends, as an administrator would: nobody here is told. */
export function revokeQuestion(auth: DemoAuth): Question {
  return {
    name: 'Revoke it at the server',
    async ask() {
      const response = await auth.fetch(`${identityOrigin}/demo/revoke`, { method: 'POST' })
      return response.ok ? 'Revoked, and this page does not know it yet. Call the API and see.' : response
    },
  }
}
