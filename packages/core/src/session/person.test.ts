import { expect, test } from 'vitest'
import { isSamePerson, type Person } from './person.ts'

const ada: Person = { method: 'google', subject: 'ada', family: 'f1' }
const nobodyKnown: Person = { ...ada, subject: null }

test.each<[string, Person, Person, boolean]>([
  ['the same login', ada, ada, true],
  ['the same login, which learned later who it is', nobodyKnown, ada, true],
  ['another login of the same person', ada, { ...ada, family: 'f2' }, true],
  ['somebody else', ada, { ...ada, subject: 'bob', family: 'f2' }, false],
  ['the same name at another provider', ada, { ...ada, method: 'okta', family: 'f2' }, false],
  ['two logins of a method that knows nobody by name', nobodyKnown, { ...nobodyKnown, family: 'f2' }, false],
  ['a login of nobody known after one of somebody', ada, { ...nobodyKnown, family: 'f2' }, false],
])('INV-8 %s: whether it is the same person', (_, one, other, expected) => {
  expect([isSamePerson(one, other), isSamePerson(other, one)]).toEqual([expected, expected])
})
