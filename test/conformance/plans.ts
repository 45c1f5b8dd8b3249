import { fapiModules } from './fapiModules.ts'
import { backChannelModules, frontChannelModules, initiatedLogoutModules, sessionManagementModules } from './logoutModules.ts'
import type { Plan } from './module.ts'
import { basicModules, configModules, furtherModules, refreshModules } from './openidModules.ts'

/** The client plans of the OpenID Foundation's suite for the code flow, as far as they are about a browser. */
export const plans: readonly Plan[] = [
  { name: 'oidcc-client-basic-certification-test-plan', modules: basicModules },
  { name: 'oidcc-client-config-certification-test-plan', modules: configModules },
  { name: 'oidcc-client-refreshtoken-test-plan', modules: refreshModules },
  { name: 'oidcc-client-rp-initiated-logout-rp-basic', modules: initiatedLogoutModules },
  { name: 'oidcc-client-rp-session-management-rp-basic', modules: sessionManagementModules },
  { name: 'oidcc-client-front-channel-logout-rp-basic', modules: frontChannelModules },
  { name: 'oidcc-client-back-channel-logout-rp-basic', modules: backChannelModules },
  { name: 'oidcc-client-test-plan', modules: furtherModules },
  { name: 'fapi2-security-profile-final-client-test-plan', modules: fapiModules },
]
