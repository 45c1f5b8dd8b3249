import { createAuth } from '@tessera-auth/core'
import { environment } from '../environment.ts'
import { apiKey } from '@tessera-auth/core/api-key'
import { password } from '@tessera-auth/core/password'
import { TesseraDevtools } from '@tessera-auth/devtools'
import { AuthProvider } from '@tessera-auth/react'
import type { ReactNode } from 'react'
import { api, identityOrigin } from '../identityOrigin.ts'
import { createActivityLog } from '../log/activityLog.ts'
import type { DemoPage } from '../methods/demoPage.ts'
import { passwordDoor } from '../methods/passwordDoor.ts'
import { revokeQuestion } from '../methods/revokeQuestion.ts'
import { KeySignIn } from '../session/KeySignIn.tsx'
import { PasswordSignIn } from '../session/PasswordSignIn.tsx'
import { personLook, secretLook } from '../session/sessionLook.ts'
import { Workbench } from '../session/Workbench.tsx'
import { PageHeader } from '../shell/PageHeader.tsx'
import { keyWords, passwordWords } from '../words/errorWords.ts'

const person = createAuth({
  method: password(passwordDoor('60')),
  api,
  storage: 'session',
  name: 'two-person',
}, environment)

const device = createAuth({
  method: apiKey({ probeUrl: `${identityOrigin}/v1/resources` }),
  api,
  storage: 'session',
  name: 'two-device',
}, environment)

const personLog = createActivityLog('two-person', passwordWords)
const deviceLog = createActivityLog('two-device', keyWords)
person.inspect(personLog.add)
device.inspect(deviceLog.add)

/** Two auths on one page. */
export const twoAtOncePage: DemoPage = {
  path: '/two-at-once',
  name: 'Two at once',
  summary: 'A person and a device, each with a session of its own on one page. What happens to one does not disturb the other.',
  when: 'For an app that acts for a person and for itself.',
  Page: TwoAtOncePage,
}

function TwoAtOncePage(): ReactNode {
  const { name, summary, when } = twoAtOncePage
  return (
    <article className="page">
      <PageHeader title={name} lead={`${summary} ${when}`} />
      <div className="twins">
        <AuthProvider auth={person}>
          <TesseraDevtools auth={person} environment={environment} />
          <div className="twin">
            <Workbench
              title="A person"
              auth={person}
              log={personLog}
              look={personLook}
              signIn={<PasswordSignIn name="Sign in with the password" login={person.login} />}
            />
          </div>
        </AuthProvider>
        <AuthProvider auth={device}>
          <div className="twin">
            <Workbench
              title="A device"
              auth={device}
              log={deviceLog}
              look={secretLook('key')}
              signIn={<KeySignIn name="Sign in with the key" login={device.login} />}
              extras={[revokeQuestion(device)]}
            />
          </div>
        </AuthProvider>
      </div>
    </article>
  )
}
