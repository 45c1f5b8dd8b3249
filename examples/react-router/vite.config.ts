import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { identityServer } from '../identityServer.ts'

export default defineConfig({ plugins: [react(), identityServer(4401)], server: { port: 5175, strictPort: true } })
