import { RouterProvider } from '@tanstack/react-router'
import { AuthProvider } from '@tessera-auth/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '../../look.css'
import { auth } from './auth.ts'
import { router } from './router.tsx'

const root = document.querySelector('#root')
if (root === null) throw new Error('index.html has no element #root.')

createRoot(root).render(
  <StrictMode>
    <AuthProvider auth={auth}>
      <RouterProvider router={router} />
    </AuthProvider>
  </StrictMode>,
)
