import { z } from 'zod'
import { EnvironmentSetting, InstanceSettings, SettingsPatch } from '../../../shared/settings.ts'
import { endpoint, type Endpoint } from '../../http/endpoint.ts'
import type { SettingsService } from './settings.service.ts'

export function settingsEndpoints(deps: {
  settings: SettingsService
  environment: readonly EnvironmentSetting[]
}): Endpoint[] {
  const { settings, environment } = deps
  return [
    endpoint({
      method: 'get',
      path: '/settings',
      tag: 'settings',
      summary: 'The settings of the installation, each with who said so',
      access: 'viewer',
      response: InstanceSettings,
      handle: () => settings.read(),
    }),
    endpoint({
      method: 'patch',
      path: '/settings',
      tag: 'settings',
      summary: 'Change settings of the installation: what is not named stays, null returns to the default',
      access: 'admin',
      body: SettingsPatch,
      response: InstanceSettings,
      handle: ({ body, actor }) => settings.change(body, actor),
    }),
    endpoint({
      method: 'get',
      path: '/settings/environment',
      tag: 'settings',
      summary: 'What the answering process was started with; of secrets only whether they are set',
      access: 'admin',
      response: z.object({ items: z.array(EnvironmentSetting) }),
      handle: async () => ({ items: [...environment] }),
    }),
  ]
}
