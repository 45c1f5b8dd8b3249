import { AuthError } from '../errors.ts'
import { membersOf } from '../ownMembers.ts'
import { isShallow } from '../session/isShallow.ts'

/**
 * Reads members of a server's answer beyond those that we know: a schema of zod, valibot, arktype or any other Standard Schema
 * (version 1, https://standardschema.dev), of which this is the part that is used.
 */
export interface FieldsSchema<Fields> {
  readonly '~standard': {
    readonly version: 1
    readonly validate: (value: unknown) => FieldsResult<Fields> | Promise<FieldsResult<Fields>>
    readonly types?: { readonly output: Fields } | undefined
  }
}

type FieldsResult<Fields> = { readonly value: Fields; readonly issues?: undefined } | { readonly issues: readonly FieldsIssue[] }

interface FieldsIssue {
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/**
 * Members that are not shown, not even to a schema, at any depth. What a schema gives is shown to the app, and it often lets pass
 * what it does not name: no secret may get there, nor what changes with every answer.
 */
const hiddenMembers = /token|secret|password|api_?key|^key$|^expires_?in$|^__proto__$/i

/**
 * Validates the extra fields of an answer. Members whose names speak of a token, a secret, a password or a key are not passed on.
 *
 * @throws AuthError `invalid_response`, naming the fields that are wrong and never their values.
 */
export async function readExtraFields<Fields>(schema: FieldsSchema<Fields>, body: unknown): Promise<Fields> {
  const result = await schema['~standard'].validate(openMembers(body))
  if (result.issues === undefined) return result.value
  const names = result.issues.map(({ path }) => path?.map(pathSegment).join('.') ?? 'the whole')
  throw new AuthError('invalid_response', `The answer has other fields than expected: ${[...new Set(names)].join(', ')}.`)
}

/**
 * The members of an answer that may be shown to the app, at any depth: a copy.
 *
 * @throws AuthError `invalid_response` when they are nested too deep.
 */
export function openMembers(body: unknown): Readonly<Record<string, unknown>> {
  if (!isShallow(body)) throw new AuthError('invalid_response', 'The answer is nested too deep.')
  return membersOf(JSON.parse(JSON.stringify(membersOf(body), (name, value: unknown) => (hiddenMembers.test(name) ? undefined : value))))
}

function pathSegment(segment: PropertyKey | { readonly key: PropertyKey }): string {
  return String(typeof segment === 'object' ? segment.key : segment)
}
