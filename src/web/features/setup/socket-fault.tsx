import type { ComponentType, ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import type { OfflineReason } from '../../../shared/host.ts'
import type { Probe } from '../../../shared/probe.ts'
import { CodeLines } from './code-lines.tsx'
import { Finding } from './finding.tsx'
import styles from './setup.module.css'
import { keepSocketOpenCommands, openSocketCommand, quoted } from './shell-words.ts'

interface FaultProps {
  readonly probe: Probe
  readonly retry: ReactNode
}

const SOCKET_SETTING =
  "sudo grep -rs '^socket' /etc/fail2ban/fail2ban.conf /etc/fail2ban/fail2ban.local /etc/fail2ban/fail2ban.d"

/** Why fail2ban cannot be reached, and the very commands that mend it. */
export function SocketFault(props: FaultProps) {
  const { problem } = props.probe.socket
  const View = (problem && VIEWS[problem]) ?? NotFail2ban
  return <View {...props} />
}

const VIEWS: Partial<Record<OfflineReason, ComponentType<FaultProps>>> = {
  'socket-missing': SocketMissing,
  'socket-stale': SocketStale,
  'permission-denied': PermissionDenied,
  'not-answering': NotAnswering,
}

function SocketMissing({ probe, retry }: FaultProps) {
  const { t } = useLingui()
  const { path } = probe.socket
  return (
    <Finding tone="danger" title={t`fail2ban is not running, or uses another socket`}>
      <p className={styles.note}>
        <Trans>
          There is nothing at <code>{path}</code>. Start fail2ban:
        </Trans>
      </p>
      <CodeLines text="sudo systemctl enable --now fail2ban" label={t`Copy the command`} />
      <p className={styles.note}>
        <Trans>
          If it runs already, its configuration names its socket: set FAIL2BAN_SOCKET to that path. In a
          container, share the folder of the socket, not the socket alone.
        </Trans>
      </p>
      <CodeLines text={SOCKET_SETTING} label={t`Copy the command`} />
      {retry}
    </Finding>
  )
}

function SocketStale({ probe, retry }: FaultProps) {
  const { t } = useLingui()
  const { path } = probe.socket
  return (
    <Finding tone="danger" title={t`fail2ban has stopped unexpectedly`}>
      <p className={styles.note}>
        <Trans>
          It left its socket <code>{path}</code> behind, and nobody listens there. Start it again, and see why
          it ended:
        </Trans>
      </p>
      <CodeLines
        text={'sudo systemctl restart fail2ban\nsudo journalctl -u fail2ban -n 50'}
        label={t`Copy the commands`}
      />
      {retry}
    </Finding>
  )
}

function PermissionDenied({ probe, retry }: FaultProps) {
  const { t } = useLingui()
  const { user, group } = probe.agent
  const { path, blockedBy, owner, group: socketGroup, mode } = probe.socket
  const now = blockedBy === undefined ? openSocketCommand(path, group) : `sudo chmod o+x ${quoted(blockedBy)}`
  return (
    <Finding tone="danger" title={t`BanGUI may not use the socket of fail2ban`}>
      <p className={styles.note}>
        {blockedBy === undefined ? (
          <Trans>
            BanGUI’s agent runs as the user <code>{user}</code>. The socket <code>{path}</code> belongs to{' '}
            <code>
              {owner}:{socketGroup}
            </code>{' '}
            with the mode <code>{mode}</code>, so {user} may not write to it. This lets its group{' '}
            <code>{group}</code> do so:
          </Trans>
        ) : (
          <Trans>
            BanGUI’s agent runs as the user <code>{user}</code>, who may not enter the folder{' '}
            <code>{blockedBy}</code> on the way to the socket <code>{path}</code>. This lets it through:
          </Trans>
        )}
      </p>
      <CodeLines text={now} label={t`Copy the command`} />
      {blockedBy === undefined && (
        <>
          <p className={styles.note}>
            <Trans>
              fail2ban makes its socket anew at each start. With these lines its service opens it every time:
            </Trans>
          </p>
          <CodeLines text={keepSocketOpenCommands(path, group)} label={t`Copy the commands`} />
          <p className={styles.note}>
            <Trans>
              Whoever may write to this socket can do everything on this machine: keep the group {group} for
              BanGUI alone.
            </Trans>
          </p>
        </>
      )}
      {retry}
    </Finding>
  )
}

function NotAnswering({ probe, retry }: FaultProps) {
  const { t } = useLingui()
  const { path } = probe.socket
  return (
    <Finding tone="danger" title={t`fail2ban does not answer`}>
      <p className={styles.note}>
        <Trans>
          It takes the connection at <code>{path}</code> and then says nothing: it is busy, most often with a
          slow action, or hangs. Wait a moment and try again; if that does not help, restart it:
        </Trans>
      </p>
      <CodeLines text="sudo systemctl restart fail2ban" label={t`Copy the command`} />
      {retry}
    </Finding>
  )
}

function NotFail2ban({ probe, retry }: FaultProps) {
  const { t } = useLingui()
  const { path } = probe.socket
  return (
    <Finding tone="danger" title={t`fail2ban’s answers cannot be understood`}>
      <p className={styles.note}>
        <Trans>
          Something is at <code>{path}</code>, but it ended the connection or does not speak as fail2ban does.
          Check that this is the socket of a fail2ban server; FAIL2BAN_SOCKET sets the path.
        </Trans>
      </p>
      <CodeLines text="sudo systemctl status fail2ban" label={t`Copy the command`} />
      {retry}
    </Finding>
  )
}
