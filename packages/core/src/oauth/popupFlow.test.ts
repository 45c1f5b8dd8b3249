import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { atProvider } from '../../test/journey.ts'
import { issuer, type Provider } from '../../test/provider.ts'
import type { FakePopup } from '../../test/windows.ts'
import { createWorld, type World } from '../../test/world.ts'
import type { Popups } from '../browser/popup.ts'
import { createAuth } from '../auth/createAuth.ts'
import { authorizationCode } from '../methods/authorizationCode.ts'

let world: World
let provider: Provider
beforeEach(() => void ({ world, provider } = atProvider()))
afterEach(() => vi.useRealTimers())

const refuse = (): never => {
  throw new DOMException('The operation is insecure.', 'SecurityError')
}
/** As Firefox has it where site data is blocked: a channel is refused once it is used. */
const refused: Popups['channel'] = () => ({ post: refuse, subscribe: refuse })

/** Signs in through a popup that has its ties, where these windows may have channels. */
async function signIn(channels: { readonly here?: Popups['channel']; readonly inside?: Popups['channel'] }) {
  const { popups } = world.windows
  const method = authorizationCode({ issuer, clientId: 'web', presentation: 'popup' })
  const result = createAuth({ method }, { ...world.environment, popups: { ...popups, channel: channels.here ?? popups.channel } }).login()
  const code = result.then(() => 'signed_in', (error: unknown) => (error as { code: string }).code)
  await vi.waitFor(() => expect(world.windows.opened).toHaveLength(1))
  const popup = world.windows.opened[0] as FakePopup
  const parameters = new URL(await Promise.race([popup.sentTo, result.then(() => '')])).searchParams
  provider.nonce = parameters.get('nonce') ?? ''
  const page = createWorld(world.origin)
  page.href = `https://app.example/callback?${new URLSearchParams({ code: 'the-code', state: parameters.get('state') ?? '', iss: issuer }).toString()}`
  const inside = { ...page.windows.popups, opener: () => popup.inside, channel: channels.inside ?? page.windows.popups.channel }
  const outcome = await createAuth({ method }, { ...page.environment, popups: inside }).handleCallback()
  return { code: await code, outcome, isClosed: page.windows.isClosed }
}

test.each([
  ['here', { here: refused }],
  ['in the popup', { inside: refused }],
  ['in both', { here: refused, inside: refused }],
])('PO-14 ST-01 windows that have their ties need no BroadcastChannel, which is refused %s', async (_, channels) => {
  expect(await signIn(channels)).toEqual({ code: 'signed_in', outcome: { type: 'handed_over' }, isClosed: true })
})
