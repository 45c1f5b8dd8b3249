import { tabMemory } from '../tabMemory.ts'
import { personChoice, type Recipient } from './personChoice.ts'

const key = 'recipient'

/** For whom the desk last handed something out in this tab: a backend would know whose session it is. */
export const recipientMemory = {
  read(): Recipient {
    return personChoice.options.find(({ value }) => value === tabMemory.read(key))?.value ?? personChoice.initial
  },
  write(recipient: Recipient): void {
    tabMemory.write(key, recipient)
  },
}
