import { useLingui } from '@lingui/react/macro'
import { useQueries, useQuery } from '@tanstack/react-query'
import type { SetupStep } from '../../../shared/setup.ts'
import { sentencesOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { hostsQuery } from '../hosts/hosts.queries.ts'
import { HostProbe } from './host-probe.tsx'
import { probeQuery } from './setup.queries.ts'
import { StepActions, type StepProps } from './step-actions.tsx'
import { StepFrame } from './step-frame.tsx'

/** Whether fail2ban can be reached, tried out; and what to do where it cannot. */
export function Fail2banStep(step: StepProps & { skipped: readonly SetupStep[] }) {
  const { t } = useLingui()
  const hosts = useQuery({ ...hostsQuery, staleTime: 0 })
  const ids = hosts.data?.map((host) => host.id) ?? []
  const probes = useQueries({ queries: ids.map((id) => probeQuery(id)) })
  const isReached =
    probes.length > 0 && probes.every(({ data, isError }) => data && !isError && !data.socket.problem)
  return (
    <StepFrame
      step="fail2ban"
      skipped={step.skipped}
      title={t`Connect fail2ban`}
      lead={t`BanGUI looks for fail2ban on this machine and tries to talk to it. Nothing is changed.`}
    >
      {hosts.isPending && <Skeleton rows={4} height={48} />}
      {hosts.isError && (
        <EmptyState
          tone="danger"
          title={t`The state of fail2ban could not be read`}
          detail={sentencesOf(hosts.error)}
          action={<Button onClick={() => void hosts.refetch()}>{t`Try again`}</Button>}
        />
      )}
      {ids.map((id) => (
        <HostProbe key={id} host={id} isNamed={ids.length > 1} />
      ))}
      <StepActions step={step} canSkip={!isReached}>
        {isReached && (
          <Button variant="primary" busy={step.isBusy} onClick={step.onDone}>
            {t`Continue`}
          </Button>
        )}
      </StepActions>
    </StepFrame>
  )
}
