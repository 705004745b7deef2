import { useState, type ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Monitor, Moon, Sun } from 'lucide-react'
import { Card } from '../../ui/card.tsx'
import { setPreferences, usePreferences, type Preferences } from '../../ui/preferences.ts'
import { SegmentedControl } from '../../ui/segmented-control.tsx'
import { Select } from '../../ui/select.tsx'
import { Switch } from '../../ui/switch.tsx'
import { formatAbsolute, formatRelative } from '../../ui/time.ts'
import { settingsQuery } from './settings.queries.ts'
import styles from './settings-page.module.css'
import { ZoneClock } from './zone-clock.tsx'
import { ZonePicker } from './zone-picker.tsx'

/** What somebody chooses for themselves. It takes effect at once and is kept in this browser. */
export function PreferencesCard() {
  const { t } = useLingui()
  const { theme, density } = usePreferences()
  return (
    <Card title={t`For you`} note={t`Kept in this browser, takes effect at once`}>
      <div className={styles.fields}>
        <Labelled label={t`Theme`}>
          <SegmentedControl
            label={t`Theme`}
            value={theme}
            choices={[
              { value: 'auto', label: t`As the system`, icon: <Monitor size={16} aria-hidden /> },
              { value: 'light', label: t`Light`, icon: <Sun size={16} aria-hidden /> },
              { value: 'dark', label: t`Dark`, icon: <Moon size={16} aria-hidden /> },
            ]}
            onChange={(value) => setPreferences({ theme: value })}
          />
        </Labelled>
        <Labelled label={t`Density`}>
          <SegmentedControl
            label={t`Density`}
            value={density}
            choices={[
              { value: 'comfortable', label: t`Comfortable` },
              { value: 'compact', label: t`Compact` },
            ]}
            onChange={(value) => setPreferences({ density: value })}
          />
        </Labelled>
        <LanguageField />
        <ZoneField />
        <TimeStyleField />
        <Toggles />
      </div>
    </Card>
  )
}

function Labelled({ label, hint, children }: { label: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <span className={styles.label} aria-hidden>
        {label}
      </span>
      {children}
      {hint !== undefined && <p className={styles.hint}>{hint}</p>}
    </div>
  )
}

function LanguageField() {
  const { t } = useLingui()
  const { language } = usePreferences()
  return (
    <Select<Preferences['language']>
      label={t`Language`}
      value={language}
      choices={[
        { value: 'auto', label: t`As the browser` },
        // Languages are called what those who speak them call them.
        { value: 'en', label: 'English' },
        { value: 'de', label: 'Deutsch' },
      ]}
      onChange={(value) => setPreferences({ language: value })}
    />
  )
}

function ZoneField() {
  const { t } = useLingui()
  const { timeZone } = usePreferences()
  const { data: settings } = useQuery(settingsQuery)
  const isChosen = settings !== undefined && settings.timeZone.source !== 'default'
  const common = isChosen ? t`As the installation (${settings.timeZone.value})` : t`As this device`
  return (
    <ZonePicker
      label={t`Time zone`}
      value={timeZone === 'device' && !isChosen ? 'auto' : timeZone}
      first={[
        { value: 'auto', label: common },
        ...(isChosen ? [{ value: 'device', label: t`As this device` }] : []),
      ]}
      onChange={(value) => setPreferences({ timeZone: value })}
      hint={<ZoneClock />}
    />
  )
}

function TimeStyleField() {
  const { t } = useLingui()
  const { timeStyle } = usePreferences()
  const [nowMs] = useState(Date.now)
  const at = new Date(nowMs - 5 * 60_000).toISOString()
  const example = timeStyle === 'relative' ? formatRelative(at, nowMs) : formatAbsolute(at)
  return (
    <Labelled label={t`Times in lists`} hint={t`Shown as “${example}”`}>
      <SegmentedControl
        label={t`Times in lists`}
        value={timeStyle}
        choices={[
          { value: 'relative', label: t`How long ago` },
          { value: 'absolute', label: t`Date and time` },
        ]}
        onChange={(value) => setPreferences({ timeStyle: value })}
      />
    </Labelled>
  )
}

function Toggles() {
  const { t } = useLingui()
  const { singleKeys, lookupLinks } = usePreferences()
  const { data: settings } = useQuery(settingsQuery)
  const isOff = settings?.lookupLinks.value === false
  return (
    <>
      <Switch
        label={t`Single-key shortcuts`}
        hint={
          <Trans>
            Keys such as <kbd>/</kbd> to find and <kbd>u</kbd> to unban. Ctrl K always works.
          </Trans>
        }
        checked={singleKeys}
        onChange={(checked) => setPreferences({ singleKeys: checked })}
      />
      <Switch
        label={t`Links to services that know addresses`}
        hint={t`Whois, AbuseIPDB, Shodan and GreyNoise. Whoever follows such a link tells the service which address they look at.`}
        checked={lookupLinks && !isOff}
        onChange={(checked) => setPreferences({ lookupLinks: checked })}
        disabledReason={isOff ? t`Switched off for this installation.` : undefined}
      />
    </>
  )
}
