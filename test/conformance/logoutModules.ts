import { skips, type Module, type Served } from './module.ts'

const signsOut = (name: string, signedOut: NonNullable<Served['signedOut']>): Module => ({ name, served: { signedOut }, duty: { type: 'signs_out' } })

export const initiatedLogoutModules: readonly Module[] = [
  signsOut('oidcc-client-test-rp-init-logout', {}),
  signsOut('oidcc-client-test-rp-init-logout-other-state', { state: 'not-the-state-of-the-request' }),
  signsOut('oidcc-client-test-rp-init-logout-no-state', { state: undefined }),
]

export const sessionManagementModules = skips(
  'not built: the frame of a provider on another site has no access to its cookie where storage is partitioned',
  'oidcc-client-test-session-management',
)

export const frontChannelModules = skips(
  'not built: the app in a frame of the provider has neither its storage, where that is partitioned, nor the memory of its tabs',
  'oidcc-client-test-rp-frontchannel-rpinitlogout',
)

const backChannel = 'oidcc-client-test-rp-backchannel-rpinitlogout'

export const backChannelModules = skips(
  'a page cannot be called by a server',
  backChannel,
  ...['alg-none', 'no-event', 'with-nonce', 'wrong-alg', 'wrong-aud', 'wrong-event', 'wrong-iss'].map((fault) => `${backChannel}-${fault}`),
)
