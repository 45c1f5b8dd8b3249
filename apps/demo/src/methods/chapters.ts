import { sessionExpiredPage } from '../expired/sessionExpiredPage.tsx'
import { leftAlonePage } from '../idle/leftAlonePage.tsx'
import { severalPage } from '../together/severalPage.tsx'
import { twoAtOncePage } from '../together/twoAtOncePage.tsx'
import { accessTokenMethod } from './accessTokenMethod.tsx'
import { apiKeyMethod } from './apiKeyMethod.tsx'
import { authorizationCodeMethod } from './authorizationCodeMethod.tsx'
import { backendCodeMethod } from './backendCodeMethod.tsx'
import { clientCredentialsMethod } from './clientCredentialsMethod.tsx'
import { cookieSessionMethod } from './cookieSessionMethod.tsx'
import type { DemoPage } from './demoPage.ts'
import { ephemeralTokenMethod } from './ephemeralTokenMethod.tsx'
import { firebaseMethod } from './firebaseMethod.tsx'
import { passwordMethod } from './passwordMethod.tsx'
import { refreshTokenMethod } from './refreshTokenMethod.tsx'
import { senderConstrainedMethod } from './senderConstrainedMethod.tsx'

/** Pages that belong together. */
interface Chapter {
  readonly heading: string
  /** What they have in common. */
  readonly about: string
  readonly pages: readonly DemoPage[]
}

/** Every page of the demo but the home page, in the order of that. Routes and cards are made from it. */
export const chapters: readonly Chapter[] = [
  {
    heading: 'People sign in elsewhere',
    about: 'On a page of the server that knows them. The app never sees a password.',
    pages: [authorizationCodeMethod, senderConstrainedMethod, backendCodeMethod],
  },
  {
    heading: 'People sign in here',
    about: 'With a form of the app, at a server that belongs to it.',
    pages: [passwordMethod, cookieSessionMethod, firebaseMethod],
  },
  {
    heading: 'Tokens from elsewhere',
    about: 'Somebody hands them over, and the session starts with that.',
    pages: [accessTokenMethod, ephemeralTokenMethod, refreshTokenMethod],
  },
  {
    heading: 'Machines',
    about: 'Programs and devices, which act for themselves.',
    pages: [apiKeyMethod, clientCredentialsMethod],
  },
  {
    heading: 'More than one',
    about: 'One session at a time by several methods, or several sessions at once.',
    pages: [severalPage, twoAtOncePage],
  },
  {
    heading: 'When it ends',
    about: 'Sessions end while people are in the middle of something.',
    pages: [sessionExpiredPage, leftAlonePage],
  },
]
