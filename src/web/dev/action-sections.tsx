import { Ban, Download, Search } from 'lucide-react'
import { Badge } from '../ui/badge.tsx'
import { Banner } from '../ui/banner.tsx'
import { Breadcrumbs } from '../ui/breadcrumbs.tsx'
import { ButtonLink } from '../ui/button-link.tsx'
import { Button } from '../ui/button.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Kbd } from '../ui/kbd.tsx'
import styles from './kit.module.css'
import { LONG, Section, State } from './specimen.tsx'

const VARIANTS = ['primary', 'secondary', 'ghost', 'danger'] as const
const TONES = ['ok', 'warn', 'danger', 'info', 'neutral'] as const

export function ActionSections() {
  return (
    <>
      <Buttons />
      <Section name="Badge" note="A state in a word, with a shape of its own">
        <State name="Tones" wide>
          <div className={styles.row}>
            <Badge tone="ok">Active</Badge>
            <Badge tone="warn">No log file</Badge>
            <Badge tone="danger">Banned</Badge>
            <Badge tone="info">Restored</Badge>
            <Badge tone="neutral">Stopped</Badge>
          </div>
        </State>
      </Section>
      <Section name="Banner" note="Stays until its cause is gone">
        {TONES.map((tone) => (
          <State key={tone} name={tone} wide>
            <Banner tone={tone}>
              <strong>nginx-http-auth</strong> watches a log file that does not exist, so it cannot ban
              anyone.
            </Banner>
          </State>
        ))}
        <State name="With what to do" wide>
          <Banner tone="danger" action={<Button>Unban my address</Button>}>
            <strong>Your own address 203.0.113.7 is banned</strong> in sshd and recidive.
          </Banner>
        </State>
        <State name="Long text" wide>
          <Banner tone="warn" action={<Button>Retry</Button>}>
            {LONG}. {LONG}.
          </Banner>
        </State>
      </Section>
      <Section name="Kbd">
        <State name="Keys">
          <div className={styles.row}>
            <Kbd>Ctrl</Kbd>
            <Kbd>K</Kbd>
            <Kbd>?</Kbd>
            <Kbd>Esc</Kbd>
          </div>
        </State>
      </Section>
      <Section name="CopyButton">
        <State name="Default">
          <CopyButton text="203.0.113.7" label="Copy 203.0.113.7" />
        </State>
      </Section>
      <Section name="Breadcrumbs">
        <State name="Default">
          <Breadcrumbs label="Way up" parents={[{ to: '/jails', label: 'Jails' }]} current="sshd" />
        </State>
        <State name="Long text" wide>
          <Breadcrumbs label="Long way up" parents={[{ to: '/jails', label: 'Jails' }]} current={LONG} />
        </State>
      </Section>
    </>
  )
}

function Buttons() {
  return (
    <Section name="Button" note="A verb; busy and disabled ones keep the focus">
      {VARIANTS.map((variant) => (
        <State key={variant} name={variant}>
          <div className={styles.row}>
            <Button variant={variant}>Unban</Button>
            <Button variant={variant} busy>
              Unbanning…
            </Button>
            <Button variant={variant} disabledReason="There is no connection to BanGUI.">
              Unban
            </Button>
          </div>
        </State>
      ))}
      <State name="Small, for rows">
        <div className={styles.row}>
          <Button size="small">Unban</Button>
          <Button size="small" busy>
            Unbanning…
          </Button>
          <Button size="small" disabledReason="The agent does not answer.">
            Unban
          </Button>
        </div>
      </State>
      <State name="With an icon, icon only">
        <div className={styles.row}>
          <Button>
            <Download size={16} aria-hidden />
            Export
          </Button>
          <Button variant="primary">
            <Ban size={16} aria-hidden />
            Ban an address
          </Button>
          <Button size="icon" variant="ghost" aria-label="Find">
            <Search size={18} aria-hidden />
          </Button>
        </div>
      </State>
      <State name="Link">
        <ButtonLink to="/health">View checks</ButtonLink>
      </State>
      <State name="Long text" wide>
        <Button>{LONG}</Button>
      </State>
    </Section>
  )
}
