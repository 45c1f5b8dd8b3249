import { useAuth } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import type { Choices } from './choice.ts'
import { SegmentedChoice } from './SegmentedChoice.tsx'

interface SettingsPanelProps {
  readonly choices: Choices
  readonly settings: Readonly<Record<string, string>>
  readonly onChoose: (name: string, value: string) => void
}

/** What the next session will be like: how long its tokens live, where they are kept. Locked while a session depends on it. */
export function SettingsPanel({ choices, settings, onChoose }: SettingsPanelProps): ReactNode {
  const isLocked = useAuth((auth) => auth.status !== 'unauthenticated' || auth.pending !== null)
  const isSignedIn = useAuth((auth) => auth.isAuthenticated)
  return (
    <section className="settings" aria-labelledby="settings-heading">
      <h2 id="settings-heading" className="visually-hidden">
        Settings
      </h2>
      {Object.entries(choices).map(([name, choice]) => (
        <SegmentedChoice
          key={name}
          name={name}
          choice={choice}
          chosen={settings[name] ?? choice.initial}
          isDisabled={isLocked}
          onChoose={(value) => onChoose(name, value)}
        />
      ))}
      <p className="settings-note">
        {isSignedIn ? 'Sign out first to change this.' : 'Takes effect at the next sign-in.'}
      </p>
    </section>
  )
}
