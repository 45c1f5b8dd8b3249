import { AuthCallback, AuthProvider, type CallbackProblem } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { useNavigate } from 'react-router'
import type { DemoAuth } from '../methods/demoAuth.ts'
import { PageTitle } from '../shell/PageTitle.tsx'
import { CallbackProblemMessage } from './CallbackProblemMessage.tsx'

interface CallbackPageProps {
  /** Of the page that the sign-in belongs to. */
  readonly path: string
  readonly auth: DemoAuth
  readonly login: (returnTo: string) => Promise<void>
}

/** Where the identity server sends people back to: on to where they were, or what went wrong and how to go on. */
export function CallbackPage({ path, auth, login }: CallbackPageProps): ReactNode {
  const navigate = useNavigate()
  // A callback that does not know where the person came from names the root: here, that is the method's page.
  const destination = (returnTo: string): string => (returnTo === '/' ? path : returnTo)
  const explain = ({ isCancelled, error, returnTo }: CallbackProblem): ReactNode => {
    const back = destination(returnTo)
    return <CallbackProblemMessage {...{ isCancelled, error, back }} onRetry={() => login(back)} />
  }
  return (
    <AuthProvider auth={auth}>
      <article className="page page-narrow callback">
        <AuthCallback
          onDone={({ returnTo }) => void navigate(destination(returnTo), { replace: true })}
          pending={<Pending />}
          problem={explain}
          handedOver={<HandedOver />}
        />
      </article>
    </AuthProvider>
  )
}

function Pending(): ReactNode {
  return (
    <>
      <PageTitle title="Signing in" />
      <p role="status" className="lead">
        One moment: redeeming the code that the identity server sent along…
      </p>
    </>
  )
}

/** In a window that was opened to sign in. It closes by itself, unless the browser keeps it. */
function HandedOver(): ReactNode {
  return (
    <>
      <PageTitle title="Done here" />
      <p role="status" className="lead">
        The page that opened this window has the answer. You can close this window.
      </p>
    </>
  )
}
