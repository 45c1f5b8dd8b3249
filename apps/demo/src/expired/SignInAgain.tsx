import { useAuth, useParkedCount } from '@tessera-auth/react'
import { useId, useLayoutEffect, useRef, type ReactNode } from 'react'
import './expired.css'

/** What is shown above a page whose session has expired. */
export function SignInAgain({ children }: { readonly children: ReactNode }): ReactNode {
  const { logout } = useAuth()
  const count = useParkedCount()
  const [headingId, aboutId] = [useId(), useId()]
  const dialog = useRef<HTMLDialogElement>(null)
  const show = (): void => {
    if (dialog.current?.open === false) dialog.current.showModal()
  }
  useLayoutEffect(show, [])
  return (
    // Escape leads nowhere. Pressed again and again, it closes a dialog all the same.
    <dialog ref={dialog} className="panel sign-in-again" aria-labelledby={headingId} aria-describedby={aboutId} onCancel={(event) => event.preventDefault()} onClose={show}>
      <h2 id={headingId}>Your session has ended</h2>
      <p id={aboutId}>
        Sign in again, and you go on where you were. {count === 0 ? 'Nothing waits to be sent.' : `Waiting to be sent: ${count}.`}
      </p>
      {children}
      <button type="button" className="quiet" onClick={() => void logout()}>
        Sign out instead
      </button>
    </dialog>
  )
}
