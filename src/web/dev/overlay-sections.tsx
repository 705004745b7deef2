import { useState } from 'react'
import { Ban, Copy, ExternalLink, ShieldCheck } from 'lucide-react'
import { Button } from '../ui/button.tsx'
import { AlertDialog, Dialog, DialogActions, Drawer } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Menu, MenuItem, MenuLink, MenuNote, MenuSeparator } from '../ui/menu.tsx'
import { showToast } from '../ui/toast.ts'
import { Tooltip } from '../ui/tooltip.tsx'
import styles from './kit.module.css'
import { LONG, Section, State } from './specimen.tsx'

export function OverlaySections() {
  return (
    <>
      <Dialogs />
      <Section name="Toast" note="About something one did; its clock stops while it is pointed at">
        <State name="Tones" wide>
          <div className={styles.row}>
            <Button
              onClick={() =>
                showToast({
                  tone: 'ok',
                  title: 'Unbanned 203.0.113.7 from sshd',
                  detail: 'Undo bans it again for 1 d.',
                  undo: () => undefined,
                })
              }
            >
              Show a good one
            </Button>
            <Button
              onClick={() =>
                showToast({ tone: 'danger', title: '203.0.113.7 is still banned', detail: `${LONG}.` })
              }
            >
              Show a bad one
            </Button>
          </div>
        </State>
      </Section>
      <Section name="Menu">
        <State name="Choices, one that is disabled, a dangerous one">
          <Menu align="start" trigger={<Button>Open the menu</Button>}>
            <MenuNote>
              <strong>203.0.113.7</strong>
              Banned in sshd
            </MenuNote>
            <MenuSeparator />
            <MenuItem icon={<Copy size={16} aria-hidden />} onSelect={() => undefined}>
              Copy the address
            </MenuItem>
            <MenuItem icon={<ShieldCheck size={16} aria-hidden />} disabled onSelect={() => undefined}>
              Unban and allow
            </MenuItem>
            <MenuLink icon={<ExternalLink size={16} aria-hidden />} href="https://stat.ripe.net/203.0.113.7">
              RIPEstat
            </MenuLink>
            <MenuSeparator />
            <MenuItem icon={<Ban size={16} aria-hidden />} danger onSelect={() => undefined}>
              Ban for longer
            </MenuItem>
          </Menu>
        </State>
      </Section>
      <Section name="Tooltip" note="Repeats or explains; nothing is told by it alone">
        <State name="On hover and focus">
          <Tooltip text={'25 Nov 2026, 22:12:19 (Europe/Vienna)\n2026-11-25 21:12:19 UTC'}>
            <Button>Point at me</Button>
          </Tooltip>
        </State>
      </Section>
    </>
  )
}

function Dialogs() {
  const [open, setOpen] = useState<'dialog' | 'alert' | 'drawer' | 'long' | undefined>(undefined)
  const close = () => setOpen(undefined)
  return (
    <>
      <Section name="Dialog">
        <State name="Opened by">
          <div className={styles.row}>
            <Button onClick={() => setOpen('dialog')}>Open the dialog</Button>
            <Button onClick={() => setOpen('long')}>Open a long one</Button>
          </div>
        </State>
      </Section>
      <Section name="AlertDialog" note="Names the object and the number; the verb is on the button">
        <State name="Opened by">
          <Button onClick={() => setOpen('alert')}>Open the question</Button>
        </State>
      </Section>
      <Section name="Drawer" note="At the edge; from below on a phone">
        <State name="Opened by">
          <Button onClick={() => setOpen('drawer')}>Open the drawer</Button>
        </State>
      </Section>
      <Dialog
        open={open === 'dialog' || open === 'long'}
        onOpenChange={close}
        title={open === 'long' ? LONG : 'Ban an address'}
        description="fail2ban blocks it at once, as if the jail had caught it."
      >
        <Field label="Address" defaultValue="203.0.113.7" />
        {open === 'long' && Array.from({ length: 30 }, (_, line) => <p key={line}>{LONG}</p>)}
        <DialogActions>
          <Button onClick={close}>Cancel</Button>
          <Button variant="primary" onClick={close}>
            Ban
          </Button>
        </DialogActions>
      </Dialog>
      <AlertDialog
        open={open === 'alert'}
        onOpenChange={close}
        title="Unban 412 addresses?"
        description="They can connect again at once. This cannot be taken back with one click."
        confirm={
          <Button variant="danger" onClick={close}>
            Unban 412 addresses
          </Button>
        }
      />
      <Drawer
        open={open === 'drawer'}
        onOpenChange={close}
        title="203.0.113.7"
        description="Banned in sshd and recidive"
      >
        <p>{LONG}</p>
        <DialogActions>
          <Button onClick={close}>Close</Button>
          <Button variant="primary" onClick={close}>
            Unban from all jails
          </Button>
        </DialogActions>
      </Drawer>
    </>
  )
}
