import { join } from 'node:path'
import { expect, test as base, type Page } from '@playwright/test'
import { buildScript } from '../buildScript.ts'
import { goBack } from '../goBack.ts'
import { createSite, type Site } from './site.ts'

let script: Promise<string> | undefined

const test = base.extend<{ input: string; site: Site; tab: Page }>({
  input: [join(import.meta.dirname, 'page.ts'), { option: true }],
  site: async ({ input }, use) => {
    script ??= buildScript(input)
    const site = await createSite(await script)
    await use(site)
    await site.stop()
  },
  tab: async ({ page, site }, use) => {
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(String(error)))
    await page.goto(site.origin)
    await page.evaluate(() => window.signIn('ada'))
    await shows(page, 'ada open open')
    await use(page)
    expect(problems).toEqual([])
    // Whatever happened: nothing that was sent to one was heard while another was signed in.
    expect((await heard(page)).filter((line) => !/^(\w+): for \1\b/.test(line))).toEqual([])
  },
})

const shows = (page: Page, text: string): Promise<void> => expect(page.locator('body')).toHaveText(text)
const heard = (page: Page): Promise<readonly string[]> => page.evaluate(() => window.heard)
const opened = ({ peers, personOf }: Site): number => peers.filter((peer) => personOf(peer) !== undefined).length

/** Says something to each, on every connection. */
function tellAll(site: Site): void {
  for (const peer of site.peers) if (!peer.isClosed()) peer.send(`for ${site.personOf(peer)}`)
  for (const stream of site.streams) if (!stream.isClosed()) stream.write(`data: for ${stream.person}\n\n`)
}

test('one socket and one stream, with a ticket and a token that are in no address, also where effects run twice', async ({ tab, site }) => {
  await expect.poll(site.open).toEqual(['socket of ada', 'stream of ada'])
  tellAll(site)
  await expect.poll(() => heard(tab)).toEqual(expect.arrayContaining(['ada: for ada', 'ada: for ada #']))
  await tab.evaluate(() => window.say('and you'))
  await expect.poll(() => site.peers.at(-1)?.heard).toEqual(['and you'])
  expect(site.peers.map(({ request }) => request.url)).toEqual(site.peers.map(() => '/prices'))
  expect(site.asked.filter((line) => /eyJ|refresh-|t\d/.test(line))).toEqual([])
})

test('after a break each comes back, the socket with another ticket and the stream after the last event', async ({ tab, site }) => {
  site.streams.at(-1)?.write('id: 7\ndata: for ada\n\n')
  await expect.poll(() => heard(tab)).toContain('ada: for ada #7')
  const before = opened(site)
  site.peers.at(-1)?.close()
  site.streams.at(-1)?.cut()
  await expect.poll(() => [opened(site), site.streams.at(-1)?.lastEventId]).toEqual([before + 1, '7'])
  await shows(tab, 'ada open open')
})

test('a stream is read as the standard says, wherever the network cuts it', async ({ tab, site }) => {
  const text = '\uFEFF: hello\r\ndata: for ada é\r\rid: 日\r\ndata: for ada\ndata\n\nretry: x\ndata: for ada 😀\r\n\r\nid: no\0\ndata: for ada, last\n\n'
  for (const byte of Buffer.from(text)) {
    site.streams.at(-1)?.write(Buffer.from([byte]))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await expect.poll(() => heard(tab)).toEqual(['ada: for ada é #', 'ada: for ada\n #日', 'ada: for ada 😀 #日', 'ada: for ada, last #日'])
})

test('a sign-out in another tab closes them here, and the next person there is the next person here', async ({ tab, site, context }) => {
  const other = await context.newPage()
  await other.goto(site.origin)
  await shows(other, 'ada open open')
  expect(site.open().toSorted()).toEqual(['socket of ada', 'socket of ada', 'stream of ada', 'stream of ada'])
  await other.evaluate(() => window.signOut())
  for (const page of [tab, other]) await shows(page, 'unauthenticated waiting waiting')
  await expect.poll(site.open).toEqual([])
  await tab.evaluate(() => window.signIn('bob'))
  await shows(tab, 'bob open open')
  tellAll(site)
  await expect.poll(() => heard(tab)).toContain('bob: for bob')
})

test('a switch in another tab switches them, and nothing of the one is heard by the other', async ({ tab, site, context }) => {
  const other = await context.newPage()
  await other.goto(site.origin)
  await shows(other, 'ada open open')
  const switched = other.evaluate(() => window.signIn('bob'))
  const told = async (): Promise<readonly string[]> => {
    for (let i = 0; i < 50; i++) tellAll(site)
    return heard(tab)
  }
  await expect.poll(told, { intervals: [1] }).toEqual(expect.arrayContaining(['ada: for ada', 'bob: for bob', 'bob: for bob #']))
  await switched
  for (const page of [tab, other]) await shows(page, 'bob open open')
  await expect.poll(() => site.open().toSorted()).toEqual(['socket of bob', 'socket of bob', 'stream of bob', 'stream of bob'])
})

test('XT-11 a page with both goes into the back/forward cache, without them, and has them again when it is back', async ({ tab, site }) => {
  await tab.goto(`${site.origin}/away`)
  await expect.poll(site.open).toEqual([])
  await goBack(tab)
  await expect(tab.locator('html')).toHaveAttribute('data-restored')
  await shows(tab, 'ada open open')
  expect(site.open()).toEqual(['socket of ada', 'stream of ada'])
})

test('XT-11 and has none when somebody signed out meanwhile', async ({ tab, site, context }) => {
  const other = await context.newPage()
  await other.goto(site.origin)
  await shows(other, 'ada open open')
  await tab.goto(`${site.origin}/away`)
  await other.evaluate(() => window.signOut())
  await expect.poll(site.open).toEqual([])
  const before = [site.peers.length, site.streams.length]
  await goBack(tab)
  await expect(tab.locator('html')).toHaveAttribute('data-restored')
  await shows(tab, 'unauthenticated waiting waiting')
  expect([site.peers.length, site.streams.length]).toEqual(before)
})

test('when the network was gone and is back, each is made anew', async ({ tab, site, context }) => {
  const before = opened(site)
  await context.setOffline(true)
  await context.setOffline(false)
  await expect.poll(() => opened(site)).toBe(before + 1)
  await shows(tab, 'ada open open')
  await expect.poll(site.open).toEqual(['socket of ada', 'stream of ada'])
})

test('RF-07 a token that has run out is refreshed once, and both are open again', async ({ tab, site }) => {
  const refreshes = (): number => site.asked.filter((line) => line === 'POST /refresh').length
  site.expire()
  site.peers.at(-1)?.close(4401)
  site.streams.at(-1)?.cut()
  await expect.poll(site.open).toEqual(['socket of ada', 'stream of ada'])
  await shows(tab, 'ada open open')
  expect(refreshes()).toBe(1)
})
