import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkFieldsSchema } from './checkFieldsSchema.ts'
import { readExtraFields, type FieldsSchema } from './extraFields.ts'

interface Account {
  account_id: number
  owner: { name: string }
}

const schemas: readonly [string, FieldsSchema<Account>][] = [
  ['zod', z.object({ account_id: z.number(), owner: z.object({ name: z.string() }) })],
  ['valibot', v.object({ account_id: v.number(), owner: v.object({ name: v.string() }) })],
  ['arktype', type({ account_id: 'number', owner: { name: 'string' } })],
]

/** Schemas that let pass whatever they do not name, as arktype's do by themselves. */
const loose: readonly [string, FieldsSchema<unknown>][] = [
  ['zod', z.looseObject({})],
  ['valibot', v.looseObject({})],
  ['arktype', type({})],
]

describe.each(schemas)('with %s', (_, schema) => {
  test('is a schema', () => {
    expect(() => checkFieldsSchema(schema)).not.toThrow()
  })

  test('gives the fields', async () => {
    expect(await readExtraFields(schema, { access_token: 'at', account_id: 7, owner: { name: 'Ada' } })).toEqual({ account_id: 7, owner: { name: 'Ada' } })
  })

  test('names the fields that are wrong, once each, and no value', async () => {
    const failed = readExtraFields(schema, { account_id: 'canary', owner: { name: ['canary'] } })
    const message = 'The answer has other fields than expected: account_id, owner.name. Look at "fields".'
    await expect(failed).rejects.toMatchObject({ code: 'invalid_response', message })
  })

  test.each([undefined, null, 7, 'text', []])('an answer %j is refused', async (body) => {
    await expect(readExtraFields(schema, body)).rejects.toMatchObject({ code: 'invalid_response' })
  })
})

describe.each(loose)('what %s lets pass', (_, schema) => {
  test('INV-22 holds no secret at any depth, and nothing that changes with every answer', async () => {
    const secrets = {
      access_token: 'canary', refreshToken: 'canary', id_token: 'canary', client_secret: 'canary', newPassword: 'canary', apiKey: 'canary',
      api_key: 'canary', key: 'canary', expires_in: 3600, expiresIn: '3600',
    } // prettier-ignore
    const body = { ...secrets, monkey: 'stays', plan: { name: 'pro', ...secrets }, seats: [{ id: 1, ...secrets }] }
    expect(await readExtraFields(schema, body)).toEqual({ monkey: 'stays', plan: { name: 'pro' }, seats: [{ id: 1 }] })
  })

  test('TR-18 has no member that could become a prototype', async () => {
    const body: unknown = JSON.parse('{"__proto__":{"admin":true},"plan":{"__proto__":{"admin":true}}}')
    const fields = (await readExtraFields(schema, body)) as { plan: object }
    expect([Object.hasOwn(fields, '__proto__'), Object.hasOwn(fields.plan, '__proto__')]).toEqual([false, false])
  })

  test('an answer nested too deep is refused', async () => {
    let deep: unknown = 'x'
    for (let depth = 0; depth < 40; depth++) deep = { deep }
    await expect(readExtraFields(schema, { deep })).rejects.toMatchObject({ code: 'invalid_response' })
  })
})

test('a field that must not be missing, of a secret name, is missing', async () => {
  await expect(readExtraFields(z.object({ session_token: z.string() }), { session_token: 'canary' })).rejects.toMatchObject({
    message: 'The answer has other fields than expected: session_token. Look at "fields".',
  })
})

test('a schema may take its time, and make something else of a field', async () => {
  const later = z.object({ plan: z.string().transform(async (plan) => plan.toUpperCase()) })
  expect(await readExtraFields(later, { plan: 'pro' })).toEqual({ plan: 'PRO' })
})

const circle: { self?: unknown } = {}
circle.self = circle

test.each([
  ['a bigint', 1n],
  ['what goes round in circles', circle],
])('what a schema makes has to be plain data: not %s', async (_, value) => {
  const odd = z.object({ n: z.number().transform(() => value) })
  const message = 'What "fields" makes of the answer has to be plain data, as JSON has it.'
  await expect(readExtraFields(odd, { n: 1 })).rejects.toMatchObject({ code: 'invalid_response', message })
})

test('INV-22 a schema may complain of the whole, of one field twice, or of one whose name may be a value', async () => {
  const issues = [{ message: 'canary' }, { message: 'a', path: ['plan'] }, { message: 'b', path: [{ key: 'plan' }] }, { message: 'c', path: ['seats', 'of canary'] }]
  const strict: StandardSchemaV1<unknown, never> = { '~standard': { version: 1, vendor: 'mine', validate: () => ({ issues }) } }
  await expect(readExtraFields(strict, {})).rejects.toMatchObject({ message: 'The answer has other fields than expected: the whole, plan, seats.…. Look at "fields".' })
})

describe('checkFieldsSchema', () => {
  test('takes none', () => {
    expect(() => checkFieldsSchema(undefined)).not.toThrow()
  })

  test.each([null, 7, {}, () => true, { '~standard': null }, { '~standard': { validate: true } }])('refuses %j by name', (schema) => {
    expect(() => checkFieldsSchema(schema)).toThrow(expect.objectContaining({ code: 'invalid_config', option: 'fields' }))
  })
})
