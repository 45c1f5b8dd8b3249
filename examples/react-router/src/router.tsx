import { followAuth } from '@tessera-auth/react/react-router'
import { createBrowserRouter } from 'react-router'
import { AdminPage, loadAdmin } from './AdminPage.tsx'
import { auth } from './auth.ts'
import { CallbackPage } from './CallbackPage.tsx'
import { HomePage } from './HomePage.tsx'
import { Layout } from './Layout.tsx'
import { loadLogin, LoginPage, signIn } from './LoginPage.tsx'
import { loadOrders, OrdersPage } from './OrdersPage.tsx'
import { ProblemPage } from './ProblemPage.tsx'
import { loadPerson, SignedIn } from './SignedIn.tsx'

export const router = createBrowserRouter([
  {
    path: '/',
    Component: Layout,
    HydrateFallback: () => null,
    children: [
      {
        ErrorBoundary: ProblemPage,
        children: [
          { index: true, Component: HomePage },
          {
            loader: loadPerson,
            Component: SignedIn,
            children: [
              { path: 'orders', loader: loadOrders, Component: OrdersPage },
              { path: 'admin', loader: loadAdmin, Component: AdminPage },
            ],
          },
          { path: 'login', loader: loadLogin, action: signIn, Component: LoginPage },
          { path: 'callback', Component: CallbackPage },
        ],
      },
    ],
  },
])

// Whoever signs out, here or in another tab, leaves what needs somebody signed in.
followAuth(auth, router)
