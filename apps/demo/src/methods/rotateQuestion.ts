import type { Auth } from '@tessera-auth/core'
import { rotateApiKey, type ApiKeyInput, type ApiKeyUser } from '@tessera-auth/core/api-key'
import type { Question } from '../api/answer.ts'
import { askDesk } from '../desk/askDesk.ts'
import { identityOrigin } from '../identityOrigin.ts'
import { textOf } from '../session/sessionLook.ts'

/** Replaces the key by a new one and deletes the old one: in this order, so that no call ever fails. */
export function rotateQuestion(auth: Auth<ApiKeyInput, ApiKeyUser>): Question {
  const callApi = (): Promise<Response> => auth.fetch(`${identityOrigin}/v1/resources`)
  return {
    name: 'Rotate the key',
    async ask() {
      const before = await callApi()
      if (!before.ok) return before
      const answer: unknown = await before.json()
      const owner = typeof answer === 'object' ? textOf(answer, 'subject') : undefined
      const oldKey = await auth.getAccessToken()
      // The old key cannot make the new one, or one that was stolen would outlive its deletion.
      const newKey = await askDesk({ path: '/demo/api-key', member: 'key' }, `${owner}@example.com`)
      await rotateApiKey(auth, newKey)
      await fetch(`${identityOrigin}/demo/revoke`, { method: 'POST', headers: { 'x-api-key': oldKey } })
      const { status } = await callApi()
      return `Made a key that ends in ${newKey.slice(-4)}, switched to it, deleted the old one. The API answers ${status}, as before.`
    },
  }
}
