import { tabMemory } from '../tabMemory.ts'

/** What somebody wants to pay. */
export interface Payment {
  readonly amount: number
}

const key = 'payment'

/** A payment that waits for the person to come back from the identity server: taken once. */
export const waitingPayment = {
  keep: ({ amount }: Payment): void => tabMemory.write(key, String(amount)),
  take(): Payment | null {
    const amount = Number(tabMemory.read(key))
    tabMemory.write(key, '')
    return amount > 0 ? { amount } : null
  },
}
