import { CurrentSession, SetupRequest } from '../../../shared/session.ts'
import { CallerAddress, SetupState, SetupStepUpdate } from '../../../shared/setup.ts'
import { endpoint, type Endpoint } from '../../http/endpoint.ts'
import type { AuthService } from './auth.service.ts'
import type { SetupProgress } from './setup-progress.ts'
import type { SetupService } from './setup.ts'

export function setupEndpoints(services: {
  auth: AuthService
  setup: SetupService
  progress: SetupProgress
}): Endpoint[] {
  const { auth, setup, progress } = services
  return [
    endpoint({
      method: 'get',
      path: '/setup',
      tag: 'setup',
      summary: 'Whether the first administrator still has to be created, and which step of the setup is next',
      access: 'public',
      response: SetupState,
      handle: async () =>
        (await setup.isRequired()) ? { required: true } : { required: false, ...(await progress.read()) },
    }),
    endpoint({
      method: 'post',
      path: '/setup',
      tag: 'setup',
      summary: 'Create the first administrator with the setup token, and sign in',
      access: 'public',
      body: SetupRequest,
      response: CurrentSession,
      status: 201,
      handle: ({ body, caller }) => auth.setUp(body, caller),
    }),
    endpoint({
      method: 'put',
      path: '/setup/step',
      tag: 'setup',
      summary: 'Settle a step of the setup; the last one finishes it',
      access: 'admin',
      body: SetupStepUpdate,
      response: SetupState,
      handle: async ({ body }) => ({ required: false, ...(await progress.settle(body)) }),
    }),
    endpoint({
      method: 'get',
      path: '/setup/address',
      tag: 'setup',
      summary: 'My address as the server sees it, and whether a proxy stands in between',
      access: 'viewer',
      response: CallerAddress,
      handle: async ({ caller }) => ({ address: caller.address, proxy: caller.proxy }),
    }),
  ]
}
