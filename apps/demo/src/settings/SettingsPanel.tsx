import { useAuth } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { lifetimes, storages, type Settings } from './settings.ts'
import { SegmentedChoice } from './SegmentedChoice.tsx'

interface SettingsPanelProps {
  readonly settings: Settings
  readonly onChange: (settings: Settings) => void
}

const lifetimeWords: Record<Settings['lifetime'], { readonly label: string; readonly hint: string }> = {
  8: { label: '8 s', hint: 'Refreshed after 6 s.' },
  60: { label: '60 s', hint: 'Refreshed after 45 s.' },
  3600: { label: '1 h', hint: 'Refreshed after 55 min.' },
}

const storageWords: Record<Settings['storage'], { readonly label: string; readonly hint: string }> = {
  memory: { label: 'Memory', hint: 'Forgets at reload.' },
  session: { label: 'Session', hint: 'Survives a reload, ends with the tab.' },
}

/** How long tokens live and where they are kept. Locked while a session depends on it. */
export function SettingsPanel({ settings, onChange }: SettingsPanelProps): ReactNode {
  const isLocked = useAuth((auth) => auth.status !== 'unauthenticated' || auth.pending !== null)
  const isSignedIn = useAuth((auth) => auth.isAuthenticated)
  return (
    <section className="settings" aria-labelledby="settings-heading">
      <h2 id="settings-heading" className="visually-hidden">
        Settings
      </h2>
      <SegmentedChoice
        name="lifetime"
        legend="Token lifetime"
        choices={lifetimes.map((value) => ({ value, label: lifetimeWords[value].label }))}
        chosen={settings.lifetime}
        hint={lifetimeWords[settings.lifetime].hint}
        isDisabled={isLocked}
        onChoose={(lifetime) => onChange({ ...settings, lifetime })}
      />
      <SegmentedChoice
        name="storage"
        legend="Storage"
        choices={storages.map((value) => ({ value, label: storageWords[value].label }))}
        chosen={settings.storage}
        hint={storageWords[settings.storage].hint}
        isDisabled={isLocked}
        onChoose={(storage) => onChange({ ...settings, storage })}
      />
      <p className="settings-note">
        {isSignedIn ? 'Sign out first to change these.' : 'Both take effect at the next sign-in.'}
      </p>
    </section>
  )
}
