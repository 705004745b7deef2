import { useState } from 'react'
import { useLingui } from '@lingui/react/macro'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleUserRound, Keyboard, LogOut, MonitorSmartphone, MonitorX, Settings } from 'lucide-react'
import { useNavigate } from 'react-router'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuItem, MenuNote, MenuSeparator } from '../../ui/menu.tsx'
import { showToast } from '../../ui/toast.ts'
import { WhenOpened } from '../../ui/when-opened.tsx'
import { sessionHint } from '../session/session-hint.ts'
import { sessionQuery, useSignOut } from '../session/session.queries.ts'
import { helpOpen } from './help-open.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

const SignOutOthers = lazyPart(async () => (await import('../users/sign-out-others.tsx')).SignOutOthers)

export function AccountMenu() {
  const { t } = useLingui()
  const navigate = useNavigate()
  const { data: session } = useQuery(sessionQuery)
  const leave = useLeave()
  const [isAsking, setAsking] = useState(false)
  if (!session) return null
  const { user, address } = session
  const roles = { viewer: t`viewer`, operator: t`operator`, admin: t`administrator` }
  const role = roles[user.role]

  return (
    <>
      <Menu
        trigger={
          <Button variant="ghost" size="icon" aria-label={t`Account: ${user.username}`}>
            <CircleUserRound size={18} aria-hidden />
          </Button>
        }
      >
        <MenuNote>
          <strong>{user.username}</strong>
          {t`${role} · from ${address}`}
        </MenuNote>
        <MenuSeparator />
        <MenuItem
          icon={<MonitorSmartphone size={16} aria-hidden />}
          onSelect={() => void navigate('/users')}
        >{t`Sessions and password`}</MenuItem>
        <MenuItem
          icon={<Settings size={16} aria-hidden />}
          onSelect={() => void navigate('/settings')}
        >{t`Settings`}</MenuItem>
        <MenuItem
          icon={<Keyboard size={16} aria-hidden />}
          onSelect={() => helpOpen.set(true)}
        >{t`Keyboard shortcuts`}</MenuItem>
        <MenuSeparator />
        <MenuItem
          icon={<MonitorX size={16} aria-hidden />}
          onSelect={() => setAsking(true)}
        >{t`Sign out other browsers…`}</MenuItem>
        <MenuItem icon={<LogOut size={16} aria-hidden />} onSelect={leave}>{t`Sign out`}</MenuItem>
      </Menu>
      <WhenOpened open={isAsking}>
        <SignOutOthers open={isAsking} onOpenChange={setAsking} />
      </WhenOpened>
    </>
  )
}

function useLeave(): () => void {
  const { t } = useLingui()
  const client = useQueryClient()
  const navigate = useNavigate()
  const signOut = useSignOut()

  async function goToSignIn() {
    sessionHint.mayExist = false
    await navigate('/login', { replace: true })
    client.clear()
  }

  return () =>
    signOut.mutate(undefined, {
      onSuccess: () => void goToSignIn(),
      onError: (error) =>
        showToast({ tone: 'danger', title: t`You are still signed in`, detail: error.message }),
    })
}
