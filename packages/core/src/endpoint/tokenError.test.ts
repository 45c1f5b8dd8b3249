import { describe, expect, test } from 'vitest'
import { invalidGrant, tokenError } from './tokenError.ts'

const refusal = invalidGrant('refresh_rejected')

describe('a refusal', () => {
  test.each([
    ['what the server calls it', 400, { error: 'invalid_scope' }, 'client_rejected', 'invalid_scope'],
    ['what the server calls it', 400, { error: 'invalid_grant' }, 'refresh_rejected', 'invalid_grant'],
    ['its status', 404, {}, 'client_rejected', '404'],
  ])('is told by %s: %i with %j', async (_, status, body, code, named) => {
    const error = await tokenError(Response.json(body, { status }), 0, refusal)
    expect(error).toMatchObject({ code, status, message: expect.stringContaining(`(${named})`) })
  })

  test.each([null, true, 7, ['invalid_grant'], { invalid_grant: 1 }, 'no word'])('INV-22 %j is no name of an error', async (said) => {
    const error = await tokenError(Response.json({ error: said }, { status: 400 }), 0, refusal)
    expect(error).toMatchObject({ code: 'client_rejected', message: expect.stringContaining('(400)') })
    expect(error).not.toHaveProperty('oauthError')
  })

  test('may come without a body, and then says nothing of its type', async () => {
    expect(await tokenError(new Response(null, { status: 404 }), 0, refusal)).toMatchObject({ code: 'client_rejected', status: 404 })
  })

  test('TR-01 is none when it comes as a page, which is told by its status', async () => {
    const page = new Response('<html>', { status: 403, headers: { 'content-type': 'text/html' } })
    expect(await tokenError(page, 0, refusal)).toMatchObject({ code: 'invalid_response', status: 403, message: expect.stringContaining('page instead of an answer (403)') })
  })
})
