import { checkOptions, checkPathOrUrl, configError } from '../checkOptions.ts'
import { AuthError } from '../errors.ts'
import { checkFieldsSchema } from '../endpoint/checkFieldsSchema.ts'
import { readExtraFields, type FieldsSchema } from '../endpoint/extraFields.ts'
import { probe } from '../endpoint/probe.ts'
import { resolveUrl } from '../endpoint/tokenRequest.ts'
import { membersOf, ownMembers } from '../ownMembers.ts'
import { hintOf, readPasted } from '../session/pasted.ts'
import type { AuthMethod } from './method.ts'

/** Options of {@link accessToken}. */
export interface AccessTokenMethodOptions<Fields = unknown> {
  /**
   * Tried with the token at login, by `GET`: a path of this app's own origin, https, or http on localhost. The token goes there, so it
   * must be a server that the token is for. Default: nothing is tried, and a wrong token shows at the first request.
   */
  readonly probeUrl?: string | undefined
  /** Validates members of what `probeUrl` answers, which become members of `user`. */
  readonly fields?: FieldsSchema<Fields> | undefined
}

/** What `login()` takes. */
export interface AccessTokenInput {
  /** As the person pasted it: white space around it is removed. */
  readonly token: string
}

/** What is known of whoever brought the token. */
export interface AccessTokenUser {
  /** `…` and the last four characters of the token, so that its owner can tell which one it is; of a short token none. */
  readonly hint: string
  /** There is one token: what has several is the user of `apiKey`. */
  readonly hints?: never
}

/**
 * Uses a token that was issued elsewhere, that never expires and that may be revoked at any time: a personal access token.
 *
 * Nothing is refreshed. When an API refuses the token, the session ends with reason `revoked`: ask for another one.
 *
 * @example
 * createAuth({ method: accessToken({ probeUrl: 'https://api.example/v1/me' }), api: 'https://api.example/v1/' })
 *
 * @throws AuthError `invalid_config`, naming the option.
 */
export function accessToken<Fields = unknown>(
  options: AccessTokenMethodOptions<Fields> = {},
): AuthMethod<AccessTokenInput, AccessTokenUser & Fields> {
  const { probeUrl, fields } = checkOptions(options, 'accessToken', ['probeUrl', 'fields'])
  if (probeUrl !== undefined) checkPathOrUrl(probeUrl, 'probeUrl')
  checkFieldsSchema(fields)
  if (fields !== undefined && probeUrl === undefined) throw configError('fields', 'it reads what "probeUrl" answers, and there is none.')

  return {
    name: 'accessToken',
    async login(input, ctx) {
      const token = readPasted(membersOf(input)['token'])
      if (token === null) throw new AuthError('invalid_input', 'login() takes { token }: printable ASCII without spaces, and without "Bearer".')
      const headers = { authorization: `Bearer ${token}` }
      const answer = probeUrl === undefined ? null : await probe(resolveUrl(probeUrl, ctx), headers, ctx)
      const known = fields === undefined ? {} : await readExtraFields(fields, answer)
      const { sub } = membersOf(answer)
      return ownMembers({
        accessToken: token,
        subject: typeof sub === 'string' ? sub : typeof sub === 'number' ? String(sub) : null,
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Fields, if there is a schema for them.
        user: { ...known, hint: hintOf(token) } as AccessTokenUser & Fields,
        scope: [],
      })
    },
  }
}
