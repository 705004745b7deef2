import { lazy, useState } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleUserRound, LogOut, MonitorX } from 'lucide-react'
import { useNavigate } from 'react-router'
import { Button } from '../../ui/button.tsx'
import { Menu, MenuItem, MenuNote, MenuSeparator } from '../../ui/menu.tsx'
import { showToast } from '../../ui/toast.ts'
import { WhenOpened } from '../../ui/when-opened.tsx'
import { sessionHint } from '../session/session-hint.ts'
import { sessionQuery, useSignOut } from '../session/session.queries.ts'

const SignOutOthers = lazy(async () => ({
  default: (await import('./sign-out-others.tsx')).SignOutOthers,
}))

export function AccountMenu() {
  const client = useQueryClient()
  const navigate = useNavigate()
  const { data: session } = useQuery(sessionQuery)
  const signOut = useSignOut()
  const [asking, setAsking] = useState(false)
  if (!session) return null

  function leave() {
    signOut.mutate(undefined, {
      onSuccess: () => void goToSignIn(),
      onError: (error) =>
        showToast({ tone: 'danger', title: 'You are still signed in', detail: error.message }),
    })
  }

  async function goToSignIn() {
    sessionHint.mayExist = false
    await navigate('/login', { replace: true })
    client.clear()
  }

  return (
    <>
      <Menu
        trigger={
          <Button variant="ghost" size="icon" aria-label={`Account: ${session.user.username}`}>
            <CircleUserRound size={18} aria-hidden />
          </Button>
        }
      >
        <MenuNote>
          <strong>{session.user.username}</strong>
          {session.user.role} · from {session.address}
        </MenuNote>
        <MenuSeparator />
        <MenuItem icon={<MonitorX size={16} aria-hidden />} onSelect={() => setAsking(true)}>
          Sign out other browsers…
        </MenuItem>
        <MenuItem icon={<LogOut size={16} aria-hidden />} onSelect={leave}>
          Sign out
        </MenuItem>
      </Menu>
      <WhenOpened open={asking}>
        <SignOutOthers open={asking} onOpenChange={setAsking} />
      </WhenOpened>
    </>
  )
}
