import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { EnvironmentSetting, InstanceSettings, type SettingsPatch } from '../../../shared/settings.ts'
import { call } from '../../api/http.ts'
import { setInstanceZone } from '../../ui/time.ts'

const Environment = z.object({ items: z.array(EnvironmentSetting) })

/** The settings of the installation. Times are shown accordingly from the moment they are here. */
export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: async ({ signal }) => taken(await call(InstanceSettings, 'GET', 'settings', { signal })),
})

export const environmentQuery = queryOptions({
  queryKey: ['settings', 'environment'],
  queryFn: async ({ signal }) => (await call(Environment, 'GET', 'settings/environment', { signal })).items,
})

export function useChangeSettings() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: SettingsPatch) =>
      taken(await call(InstanceSettings, 'PATCH', 'settings', { body })),
    onSuccess: (settings) => client.setQueryData(settingsQuery.queryKey, settings),
  })
}

function taken(settings: InstanceSettings): InstanceSettings {
  const { value, source } = settings.timeZone
  setInstanceZone(source === 'default' ? undefined : value)
  return settings
}
