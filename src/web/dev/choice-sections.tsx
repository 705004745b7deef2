import { useState } from 'react'
import { Monitor, Moon, Sun } from 'lucide-react'
import { Checkbox } from '../ui/checkbox.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { Switch } from '../ui/switch.tsx'
import { Tabs } from '../ui/tabs.tsx'
import { LONG, Section, State } from './specimen.tsx'

export function ChoiceSections() {
  return (
    <>
      <Checkboxes />
      <Switches />
      <Segments />
      <TabSection />
    </>
  )
}

function Checkboxes() {
  const [checked, setChecked] = useState(true)
  return (
    <Section name="Checkbox">
      <State name="Default">
        <Checkbox label="Also in other jails" checked={!checked} onChange={() => setChecked(!checked)} />
        <Checkbox label="Also allow it" checked={checked} onChange={setChecked} />
      </State>
      <State name="Some of it">
        <Checkbox label="All on this page" checked={false} mixed onChange={setChecked} />
      </State>
      <State name="With a hint">
        <Checkbox
          label="Also allow it"
          hint="It is then never banned again."
          checked={checked}
          onChange={setChecked}
        />
      </State>
      <State name="With an error">
        <Checkbox
          label="I have saved the codes"
          checked={false}
          error="Confirm that you have them."
          onChange={setChecked}
        />
      </State>
      <State name="Busy">
        <Checkbox label="Also allow it" checked busy onChange={setChecked} />
      </State>
      <State name="Not to be changed">
        <Checkbox label="Also allow it" checked disabledReason="Operators may." onChange={setChecked} />
        <Checkbox
          label="In all jails"
          checked={false}
          disabledReason="Operators may."
          onChange={setChecked}
        />
      </State>
      <State name="Without a visible label">
        <Checkbox label="Choose 203.0.113.7" hideLabel checked={checked} onChange={setChecked} />
      </State>
      <State name="Long text">
        <Checkbox label={LONG} hint={LONG} checked={checked} onChange={setChecked} />
      </State>
    </Section>
  )
}

function Switches() {
  const [on, setOn] = useState(true)
  return (
    <Section name="Switch" note="Takes effect at once">
      <State name="Default">
        <Switch label="Single keys" checked={on} onChange={setOn} />
        <Switch label="Links to other services" checked={!on} onChange={() => setOn(!on)} />
      </State>
      <State name="With a hint">
        <Switch
          label="Idle"
          hint="The jail goes on watching but bans nobody."
          checked={on}
          onChange={setOn}
        />
      </State>
      <State name="Busy">
        <Switch label="Idle" checked busy onChange={setOn} />
      </State>
      <State name="With an error">
        <Switch label="Idle" checked={false} error="fail2ban did not answer. Try again." onChange={setOn} />
      </State>
      <State name="Not to be changed">
        <Switch label="Idle" checked disabledReason="The jail is stopped." onChange={setOn} />
        <Switch label="Single keys" checked={false} disabledReason="Operators may." onChange={setOn} />
      </State>
      <State name="Long text">
        <Switch label={LONG} hint={LONG} checked={on} onChange={setOn} />
      </State>
    </Section>
  )
}

const RANGES = [
  { value: '1h', label: '1 h' },
  { value: '24h', label: '24 h' },
  { value: '7d', label: '7 d' },
  { value: '30d', label: '30 d' },
]
const THEMES = [
  { value: 'auto', label: 'As the system', icon: <Monitor size={16} aria-hidden /> },
  { value: 'light', label: 'Light', icon: <Sun size={16} aria-hidden /> },
  { value: 'dark', label: 'Dark', icon: <Moon size={16} aria-hidden /> },
]

function Segments() {
  const [range, setRange] = useState('24h')
  const [theme, setTheme] = useState('light')
  return (
    <Section name="SegmentedControl">
      <State name="Default">
        <SegmentedControl label="Time" value={range} choices={RANGES} onChange={setRange} />
      </State>
      <State name="With icons" wide>
        <SegmentedControl label="Colours" value={theme} choices={THEMES} onChange={setTheme} />
      </State>
      <State name="Icons only">
        <SegmentedControl label="Look" value={theme} choices={THEMES} onChange={setTheme} iconsOnly />
      </State>
      <State name="Not to be changed">
        <SegmentedControl label="Fixed time" value={range} choices={RANGES} onChange={setRange} disabled />
      </State>
    </Section>
  )
}

function TabSection() {
  const [tab, setTab] = useState('bans')
  return (
    <Section name="Tabs">
      <State name="Default" wide>
        <Tabs
          label="Parts of sshd"
          value={tab}
          onChange={setTab}
          tabs={[
            { value: 'bans', label: 'Bans', count: '1,284', panel: <p>The bans of this jail.</p> },
            { value: 'settings', label: 'Settings', panel: <p>What it goes by.</p> },
            { value: 'files', label: 'Log files', count: '2', panel: <p>What it watches.</p> },
            { value: 'matches', label: 'Recent matches', panel: <p>What it has seen.</p> },
          ]}
        />
      </State>
    </Section>
  )
}
