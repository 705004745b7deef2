import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { OfflineReason } from '../../../shared/host.ts'

export const OFFLINE_TITLES: Readonly<Record<OfflineReason, MessageDescriptor>> = {
  starting: msg`Connecting to fail2ban…`,
  'socket-missing': msg`fail2ban is not running`,
  'socket-stale': msg`fail2ban has stopped unexpectedly`,
  'permission-denied': msg`BanGUI may not talk to fail2ban`,
  'not-answering': msg`fail2ban is not answering`,
  'connection-lost': msg`The connection to fail2ban was lost`,
  'protocol-error': msg`fail2ban’s answers cannot be understood`,
  'agent-missing': msg`No agent of BanGUI is running beside fail2ban`,
  'state-unknown': msg`How fail2ban is doing is not known just now`,
}
