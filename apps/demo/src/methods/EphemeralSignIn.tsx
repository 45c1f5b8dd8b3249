import type { Auth } from '@tessera-auth/core'
import type { EphemeralTokenInput } from '@tessera-auth/core/ephemeral-token'
import { useEffect, useState, type ReactNode } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { recipientMemory } from '../desk/recipientMemory.ts'
import { SecretSignIn } from '../session/SecretSignIn.tsx'
import { errorWords, type ErrorWords } from '../words/errorWords.ts'

interface EphemeralSignInProps {
  readonly auth: Pick<Auth<EphemeralTokenInput>, 'login' | 'handleCallback'>
  /** Under which the address may carry a token. */
  readonly urlParameter: string
  readonly words: ErrorWords
}

/** A token that works once: typed into the form, or brought along in the address. */
export function EphemeralSignIn({ auth, urlParameter, words }: EphemeralSignInProps): ReactNode {
  const { pathname, search } = useLocation()
  const [problem, setProblem] = useTokenOfAddress({ auth, urlParameter, words })
  const address = (token: string): string => `${pathname}${search}#${new URLSearchParams({ [urlParameter]: token }).toString()}`
  return (
    <SecretSignIn
      label="Ephemeral token"
      item={{ path: '/demo/ephemeral-token', member: 'ephemeral_token' }}
      login={(token) => {
        setProblem(null)
        return auth.login({ ephemeralToken: token })
      }}
      words={words}
      hint="The app’s backend would put it into a page or a mail. It works once, within the hour. Here, “Get one” asks the identity server’s desk."
      onHandedOut={(recipient) => recipientMemory.write(recipient)}
      problemElsewhere={problem}
      renderAnother={(token) => <LinkWithToken href={token === '' ? null : address(token)} />}
    />
  )
}

/** Of no use without a token, but in its place from the start, so that nothing moves. */
function LinkWithToken({ href }: { readonly href: string | null }): ReactNode {
  const name = 'Open this page with the token in its address'
  return href === null ? (
    <button type="button" className="quiet" disabled>
      {name}
    </button>
  ) : (
    <a className="button quiet" href={href}>
      {name}
    </a>
  )
}

/** Signs in with the token in the address, if there is one: it is gone from there at once. Gives what went wrong with it. */
function useTokenOfAddress({ auth, urlParameter, words }: EphemeralSignInProps): [string | null, (problem: string | null) => void] {
  const { search, hash } = useLocation()
  const navigate = useNavigate()
  const [problem, setProblem] = useState<string | null>(null)
  const isThere = [search, hash].some((part) => new URLSearchParams(part.slice(1)).has(urlParameter))

  useEffect(() => {
    if (!isThere) return
    const takeUp = async (): Promise<void> => {
      const outcome = auth.handleCallback()
      // The router has to know that the address has changed, or it would bring the token back.
      void navigate(location.pathname + location.search + location.hash, { replace: true })
      const result = await outcome
      setProblem('error' in result ? errorWords(result.error, words) : null)
    }
    void takeUp()
  }, [auth, isThere, navigate, words])
  return [problem, setProblem]
}
