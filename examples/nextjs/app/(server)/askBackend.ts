import { cookies } from 'next/headers'
import { backend } from '../backend'

/** The identity server of this example names its cookie after its port; an app of its own says `__Host-session`. */
const cookieName = `tessera_app_${new URL(backend).port}`

/** Asks the backend as whoever asks for the page; `null`: as nobody, or as somebody whose session is over. */
export async function askBackend(path: string): Promise<unknown> {
  const cookie = (await cookies()).get(cookieName)
  if (cookie === undefined) return null
  // This cookie and no other; kept nowhere, and sent no further.
  const headers = { cookie: `${cookie.name}=${cookie.value}` }
  const response = await fetch(backend + path, { headers, cache: 'no-store', redirect: 'error' })
  if (response.status === 401) return null
  if (!response.ok) throw new Error(`The backend answered ${response.status}.`)
  return response.json()
}
