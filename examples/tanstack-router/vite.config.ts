import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { identityServer } from '../identityServer.ts'

export default defineConfig({ plugins: [react(), identityServer(4402)], server: { port: 5176, strictPort: true } })
