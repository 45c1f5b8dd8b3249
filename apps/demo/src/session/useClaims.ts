import { useRefreshStatus } from '@tessera-auth/react'
import { decodeJwt, type JWTPayload } from 'jose'
import { useEffect, useState } from 'react'
import type { DemoAuth } from '../methods/demoAuth.ts'

/**
 * The claims of the access token of now, read again at each refresh: `null` while there is none to be had, empty when it is no JWT.
 * Reading is all this does: a server verifies.
 */
export function useClaims(auth: DemoAuth): JWTPayload | null {
  const { receivedAt } = useRefreshStatus()
  const [claims, setClaims] = useState<JWTPayload | null>(null)

  useEffect(() => {
    if (receivedAt === null) return
    let isCurrent = true
    const read = async (): Promise<void> => {
      try {
        const next = claimsOf(await auth.getAccessToken())
        if (isCurrent) setClaims(next)
      } catch {
        // No token to be had at the moment: the last known claims stay.
      }
    }
    void read()
    return () => {
      isCurrent = false
    }
  }, [auth, receivedAt])

  return claims
}

function claimsOf(token: string): JWTPayload {
  try {
    return decodeJwt(token)
  } catch {
    return {}
  }
}
