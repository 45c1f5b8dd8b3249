import { isAnswerLost } from './lostAnswer.ts'
import { subjectOf, type Call } from './page.ts'
import type { Run } from './run.ts'
import { tokensKey, type CrashTab, type World } from './world.ts'

/** INV-12: everything that pages asked for has settled. */
export function checkSettled({ world }: Run): void {
  for (const { app, id } of world.live()) {
    for (const { name, state } of app.calls) if (state === 'waiting') world.problems.push(`INV-12: ${name} in tab ${id} does not settle`)
  }
}

/** What must hold once everything has come to rest. */
export function checkRest(run: Run): void {
  const { world } = run
  const wrong = (problem: string): void => void (world.problems.includes(problem) || world.problems.push(problem))
  const isLost = isAnswerLost(run)
  if (!isLost && world.endpoint.reuses() > 0) wrong('INV-3: a refresh token was used again, and no answer was lost')
  if (world.endpoint.count('refresh') > 30) wrong(`INV-13: ${world.endpoint.count('refresh')} refreshes`)
  if (world.endpoint.count('code') > 1) wrong('INV-11: a code was sent twice')
  checkWhole(run, wrong)
  checkWho(run, isLost, wrong)
  checkSecrets(run, wrong)
}

/** INV-20: a session is there or it is not, in every place. */
function checkWhole({ world }: Run, wrong: (problem: string) => void): void {
  for (const { app, id, sessionStorage } of world.live()) {
    const state = app.auth.store.getState()
    const held = app.auth.tokens.current
    const stored = sessionStorage.get(tokensKey)
    if (state.status === 'loading') wrong(`INV-20: tab ${id} is still loading`)
    if ((subjectOf(app.auth) === null) !== (held === null)) wrong(`INV-20: tab ${id} is ${state.status}, and its tokens are not`)
    if (held !== null && held.tokens.subject !== subjectOf(app.auth)) wrong(`INV-8: tab ${id} shows ${subjectOf(app.auth)} and has tokens of ${held.tokens.subject}`)
    if (held === null && stored !== undefined) wrong(`INV-20: nobody is signed in in tab ${id}, and its storage has a session`)
    if (held !== null && !(stored?.includes(held.tokens.accessToken ?? '') ?? false)) wrong(`INV-20: the storage of tab ${id} has another session than the tab`)
  }
}

/** INV-5, INV-6, INV-8, INV-14: who is signed in, and where. */
function checkWho(run: Run, isLost: boolean, wrong: (problem: string) => void): void {
  const { world } = run
  const tabs = world.live()
  const [signedIn, signedOut] = [tabs.filter(({ app }) => subjectOf(app.auth) !== null), tabs.filter(({ app }) => subjectOf(app.auth) === null)]
  const logins = world.calls.filter(({ name }) => name.startsWith('login ') || (run.flow.person !== undefined && name === 'handleCallback'))
  const logouts = world.calls.filter(({ name }) => name === 'logout')
  const isTold = logouts.some((logout) => logout.state === 'resolved' || isHeard(run, logout))
  const people = new Set<string | null>(['alice', run.flow.person ?? 'alice', ...logins.flatMap(({ name }) => name.split(' ')[1] ?? [])])
  if (isTold || logins.some(isSignedIn)) people.delete('alice')
  for (const { app, id } of signedIn) if (!people.has(subjectOf(app.auth))) wrong(`INV-14: tab ${id} is signed in as ${subjectOf(app.auth)}`)
  if (new Set(signedIn.map(({ app }) => app.auth.tokens.current?.tokens.accessToken)).size > 1) wrong('INV-14: tabs have different tokens')
  if (logouts.length === 0 && !isLost) for (const { id, app } of signedOut) wrong(`INV-5: nobody signed out, and tab ${id} is (${reasonOf(app.auth)})`)
  const mayDiffer = (logouts.length > 0 && logins.length > 0) || (logouts.length > 0 && !isTold)
  if (signedIn.length > 0 && signedOut.length > 0 && !mayDiffer) wrong(`INV-14: signed in: ${list(signedIn)}; signed out: ${list(signedOut)}`)
  for (const { app, id } of tabs) {
    const last = app.calls.findLast(({ name }) => name === 'logout' || name.startsWith('login '))
    if (last?.name === 'logout' && subjectOf(app.auth) !== null) wrong(`INV-6: tab ${id} is signed in after logout()`)
    if (app.ends.length > 1) wrong(`INV-15: the session of tab ${id} ended ${app.ends.length} times: ${app.ends.join(', ')}`)
  }
  if (isLost && logouts.length === 0 && new Set(signedOut.map(({ app }) => reasonOf(app.auth))).size > 1) wrong(`one end has several reasons: ${signedOut.map(({ app }) => reasonOf(app.auth)).join(', ')}`)
}

/** Whether a logout whose page was destroyed had reached anybody. */
function isHeard({ world, step }: Run, { tab }: Call): boolean {
  const own = world.moments.all.slice(0, step + 1).filter((moment) => moment.tab === tab && moment.phase === 'after')
  const isPosted = own.some(({ name, detail }) => name === 'channel.posted' && detail === 'tessera:default')
  const update = own.findIndex(({ name }) => name === 'database.update')
  return isPosted || (update >= 0 && own.slice(update).some(({ name }) => name === 'database.committed'))
}

function isSignedIn({ name, state, outcome }: Call): boolean {
  if (state !== 'resolved') return false
  return name.startsWith('login ') || (typeof outcome === 'object' && outcome !== null && 'type' in outcome && outcome.type === 'signed_in')
}

/** INV-7, INV-22: secrets are where they belong, and only there. */
function checkSecrets({ world }: Run, wrong: (problem: string) => void): void {
  const { browser, endpoint } = world
  const stores = new Set(world.live().flatMap(({ sessionStorage }) => [...sessionStorage].flat()))
  const isOver = world.live().every(({ app }) => subjectOf(app.auth) === null)
  const secrets = [...endpoint.secrets, ...world.keys]
  const elsewhere = browser.texts().filter((text) => isOver || !stores.has(text))
  for (const secret of secrets) {
    if (elsewhere.some((text) => text.includes(secret))) wrong('INV-7: a secret is left')
    if (world.told.some((text) => text.includes(secret))) wrong('INV-22: a secret was told')
  }
}

const nothing = JSON.stringify({ timers: 0, wakes: 0, channels: [], heldLocks: [], awaitedLocks: [], requests: [] })

/** INV-18: nothing remains. */
export function checkAfterDispose({ world }: Run): void {
  for (const tab of world.live()) {
    const left = JSON.stringify(tab.holdings())
    if (left !== nothing) world.problems.push(`INV-18: after dispose() tab ${tab.id} has ${left}`)
  }
  if (world.browser.lockHolders().size > 0) world.problems.push('INV-18: a lock is held after dispose()')
}

function reasonOf(auth: CrashTab['app']['auth']): string {
  const state = auth.store.getState()
  return state.status === 'unauthenticated' ? state.reason : state.status
}

function list(tabs: readonly CrashTab[]): string {
  return tabs.map(({ id, app }) => `${id} (${subjectOf(app.auth) ?? reasonOf(app.auth)})`).join(', ')
}

/** INV-24: generations of the ledger only grow. Gives what looks at them. */
export function createLedgerCheck({ browser, problems }: World): () => void {
  const newest = new Map<string, number>()
  return () => {
    for (const [key, record] of browser.records) {
      const generation = typeof record === 'object' && record !== null && 'generation' in record ? Number(record.generation) : 0
      if (generation < (newest.get(key) ?? 0)) problems.push(`INV-24: the ledger went back from generation ${newest.get(key)} to ${generation}`)
      newest.set(key, generation)
    }
  }
}
