import { describe, expect, test } from 'vitest'
import { openMembers } from './openMembers.ts'

const secret = `
  token access_token refreshToken id_token tokens tokenType client_secret secrets password newPassword passwordHash passwd user_passwd pass_phrase passphrase
  key keys apikey apiKey api_key api-key x-api-key xApiKey APIKey api_key_id privatekey private_key privateKeyPem access_key accessKeyId
  jwt accessJwt id_jwt bearer authorization Authorization proxy-authorization cookie cookies set-cookie session_cookie credential credentials awsCredentials
  pwd userPwd otp totp otp_code pin PIN user_pin userPin csrf csrf_value xsrf X-XSRF sessionid session_id sessionID PHP-session-id refresh
  expires_in expiresIn refresh_expires_in __proto__ https://app.example/refresh_token https://app.example/key urn/pin
`.trim().split(/\s+/) // prettier-ignore

const honest = `
  sub name email email_verified stitch_account_id session_count sessions monkey keyboard key_count public_key_id turkey hotkeys refresh_rate refreshed_at last_refresh
  pinned spin top_spin topSpin pin_count shipping_address opinion pinterest laptop option adopted otp_enabled cookie_consent authorization_level authorizations
  credential_type compass passport passenger bypass jwt_count bearer_name preferred_username realm_access allowed-origins roles expires_at pwd_exp pincode
  cognito:groups https://hasura.io/jwt/claims https://secret.example/roles https://tokens.example/plan https://app.example/
`.trim().split(/\s+/) // prettier-ignore

describe('INV-22 what may be shown', () => {
  test.each(secret)('is not %s', (name) => {
    const body: unknown = JSON.parse(`{${JSON.stringify(name)}:"canary","plan":[{${JSON.stringify(name)}:"canary","a":1}]}`)
    expect(openMembers(body)).toEqual({ plan: [{ a: 1 }] })
  })

  test.each(honest)('is %s', (name) => {
    expect(openMembers({ [name]: 1, plan: { [name]: 2 } })).toEqual({ [name]: 1, plan: { [name]: 2 } })
  })

  test('is a copy, without prototype', () => {
    const plan = { name: 'pro' }
    const members = openMembers({ plan })
    expect(members).toEqual({ plan })
    expect(members['plan']).not.toBe(plan)
    expect(Object.getPrototypeOf(members)).toBeNull()
  })

  test.each([null, undefined, 7, 'text', []])('is nothing of %j', (body) => {
    expect(openMembers(body)).toEqual({})
  })

  test('DO-01 is of 32 levels at most', () => {
    let deep: unknown = 'x'
    for (let depth = 0; depth < 40; depth++) deep = { deep }
    expect(() => openMembers({ deep })).toThrow(expect.objectContaining({ code: 'invalid_response' }))
  })

  test('DO-02 a megabyte of a name takes no time', () => {
    for (const text of ['token/', 'pass_', 'aA', 'session-', '/', '_']) expect(() => openMembers({ [text.repeat(1_000_000 / text.length)]: 1 })).not.toThrow()
  })
})
