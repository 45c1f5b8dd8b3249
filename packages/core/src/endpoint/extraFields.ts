import { AuthError } from '../errors.ts'
import { openMembers } from '../session/openMembers.ts'
import { wordOf } from './wordOf.ts'

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
 * Validates the extra fields of an answer. Members whose names speak of a secret, such as a token, a password or a key,
 * are not passed on.
 *
 * @throws AuthError `invalid_response`, naming the fields that are wrong, where {@link wordOf} shows their names, and never their values; or
 * for what is no plain data.
 */
export async function readExtraFields<Fields>(schema: FieldsSchema<Fields>, body: unknown): Promise<Fields> {
  const result = await schema['~standard'].validate(openMembers(body))
  if (result.issues === undefined) return checkPlain(result.value)
  const names = result.issues.map(({ path }) => path?.map(pathSegment).join('.') ?? 'the whole')
  throw new AuthError('invalid_response', `The answer has other fields than expected: ${[...new Set(names)].join(', ')}. Look at "fields".`)
}

/** What becomes part of the user is stored and compared as JSON. */
function checkPlain<Fields>(fields: Fields): Fields {
  try {
    JSON.stringify(fields)
  } catch {
    throw new AuthError('invalid_response', 'What "fields" makes of the answer has to be plain data, as JSON has it.')
  }
  return fields
}

function pathSegment(segment: PropertyKey | { readonly key: PropertyKey }): string {
  return wordOf(typeof segment === 'object' ? segment.key : segment) ?? '…'
}
