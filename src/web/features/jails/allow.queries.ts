import { useMutation, useQueryClient } from '@tanstack/react-query'
import { AllowResults, type AllowRequest, type AllowResult } from '../../../shared/allow.ts'
import { call } from '../../api/http.ts'

/**
 * Puts addresses on the ignore list of every running jail until fail2ban is reloaded, and lifts their bans where asked.
 * Resolves with what became of each, as far as fail2ban confirms it.
 */
export function useAllow() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: AllowRequest): Promise<AllowResult[]> =>
      (await call(AllowResults, 'POST', 'allow', { body })).items,
    // Of several jails some may have been done before one failed.
    onSettled: () => {
      for (const key of ['bans', 'ip', 'session', 'jail']) {
        void client.invalidateQueries({ queryKey: [key] })
      }
    },
  })
}
