import type { ReactNode } from 'react'

const people = [
  { name: 'Ada Lovelace', email: 'ada@example.com', rights: 'May read and write: both calls are answered.' },
  { name: 'Bob Martin', email: 'bob@example.com', rights: 'May only read: the admin API refuses him.' },
  { name: 'Carol Shaw', email: 'carol@example.com', rights: 'Her account is disabled. Firebase says so; the others only say no.' },
]

/** Who can sign in. */
export function TestUsers(): ReactNode {
  return (
    <section aria-labelledby="people">
      <h2 id="people">Who can sign in</h2>
      <ul className="people">
        {people.map(({ name, email, rights }) => (
          <li key={email}>
            <strong>{name}</strong>
            <code>{email}</code>
            <span>{rights}</span>
          </li>
        ))}
      </ul>
      <p>
        The password of all is <code>correct-horse</code>.
      </p>
    </section>
  )
}
