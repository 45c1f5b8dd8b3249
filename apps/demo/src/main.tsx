import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router'
import { App } from './App.tsx'
import './styles/base.css'
import './styles/controls.css'
import './styles/shell.css'
import './styles/home.css'
import './styles/method.css'
import './styles/session.css'
import './styles/panels.css'

const root = document.querySelector('#root')
if (root === null) throw new Error('index.html has no element #root.')

createRoot(root).render(
  <StrictMode>
    {/* A control that is chosen must show it at once, not when a transition has settled. */}
    <BrowserRouter useTransitions={false}>
      <App />
    </BrowserRouter>
  </StrictMode>,
)
