import type { ComponentType, ReactNode } from 'react'
import type { Question } from '../api/answer.ts'
import { CallbackPage } from '../callback/CallbackPage.tsx'
import { createActivityLog } from '../log/activityLog.ts'
import { MethodPage } from '../session/MethodPage.tsx'
import type { SessionLook } from '../session/sessionLook.ts'
import type { Choices, Settings } from '../settings/choice.ts'
import { useSettings } from '../settings/useSettings.ts'
import type { ErrorWords } from '../words/errorWords.ts'
import { authPerSettings } from './authPerSettings.ts'
import type { DemoAuth } from './demoAuth.ts'
import type { DemoPage } from './demoPage.ts'

/** A method, as far as it differs from the others. */
interface MethodPlan<C extends Choices, A extends DemoAuth> extends Pick<DemoPage, 'path' | 'name' | 'summary' | 'when'> {
  /** What to choose before signing in. */
  readonly choices: C
  readonly createAuth: (settings: Settings<C>) => A
  readonly look: (settings: Settings<C>) => SessionLook
  /** A form or a button, named “Sign in”. */
  readonly SignIn: ComponentType<SignInProps<C, A>>
  /** Words for what goes wrong with this method. */
  readonly words?: ErrorWords
  /** What only this method shows, below the rest. */
  readonly More?: ComponentType<SignInProps<C, A>>
  /** What can be done with a session besides. */
  readonly extras?: (auth: A, settings: Settings<C>) => readonly Question[]
  /** Signs in again from the callback page, for methods that leave and come back. */
  readonly loginAgain?: (auth: A, returnTo: string) => Promise<void>
}

/** What a sign-in form, and what else a method shows, is given. */
interface SignInProps<C extends Choices, A extends DemoAuth> {
  readonly auth: A
  readonly settings: Settings<C>
}

/** Makes the page of a method, and its callback page if it has one. */
export function createMethodPage<const C extends Choices, A extends DemoAuth>(plan: MethodPlan<C, A>): DemoPage {
  const { path, name, summary, when, choices, createAuth, look, SignIn, More, words, extras, loginAgain } = plan
  const log = createActivityLog(path.slice(1), words)
  const authFor = authPerSettings(log, createAuth)

  function Page(): ReactNode {
    const [settings, onChoose] = useSettings(path, choices)
    const auth = authFor(settings)
    return (
      <MethodPage
        {...{ name, auth, log, choices, settings, onChoose }}
        lead={`${summary} ${when}`}
        look={look(settings)}
        signIn={<SignIn auth={auth} settings={settings} />}
        extras={extras?.(auth, settings) ?? []}
        more={More && <More auth={auth} settings={settings} />}
      />
    )
  }

  if (loginAgain === undefined) return { path, name, summary, when, Page }

  const Callback = (): ReactNode => {
    const [settings] = useSettings(path, choices)
    const auth = authFor(settings)
    return <CallbackPage path={path} auth={auth} login={(returnTo) => loginAgain(auth, returnTo)} />
  }
  return { path, name, summary, when, Page, Callback }
}
