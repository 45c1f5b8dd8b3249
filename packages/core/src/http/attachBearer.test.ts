import { expect, test } from 'vitest'
import { attachBearer } from './attachBearer.ts'

test('puts the token on in place of another, and leaves all else', async () => {
  const request = new Request('https://api.example/x?q=1', {
    method: 'PUT',
    headers: { 'content-type': 'text/plain', Authorization: 'Bearer old' },
    body: 'body',
    referrerPolicy: 'no-referrer',
  })
  expect(attachBearer(request, 'at')).toBe(request)
  expect(Object.fromEntries(request.headers)).toEqual({ authorization: 'Bearer at', 'content-type': 'text/plain' })
  expect([request.referrerPolicy, await request.text()]).toEqual(['no-referrer', 'body'])
})

test('FE-20 a token that a header cannot carry does not leave', () => {
  expect(() => attachBearer(new Request('https://api.example/'), 'a\r\nb: c')).toThrow(TypeError)
})
