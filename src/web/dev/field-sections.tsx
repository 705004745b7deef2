import { useState } from 'react'
import { Combobox } from '../ui/combobox.tsx'
import { DurationField } from '../ui/duration-field.tsx'
import { Field, PasswordField, TextAreaField } from '../ui/field.tsx'
import { NumberField } from '../ui/number-field.tsx'
import { Select } from '../ui/select.tsx'
import { LONG, Section, State } from './specimen.tsx'

const LOCKED = 'Set by BANGUI_RETENTION_DAYS in the environment; it can be changed there only.'

export function FieldSections() {
  return (
    <>
      <TextFields />
      <Numbers />
      <Lists />
    </>
  )
}

function TextFields() {
  return (
    <Section name="Field">
      <State name="Default">
        <Field label="Address or network" />
      </State>
      <State name="With a hint">
        <Field
          label="Address or network"
          placeholder="203.0.113.7"
          hint="Also a network, as 203.0.113.0/24."
        />
      </State>
      <State name="With an error">
        <Field label="Address or network" defaultValue="203.0.113" error="This is not an address." />
      </State>
      <State name="Not to be changed">
        <Field label="Address of the console" defaultValue="https://bans.example" disabledReason={LOCKED} />
      </State>
      <State name="Password">
        <PasswordField label="Password" defaultValue="correct horse" autoComplete="off" />
      </State>
      <State name="Several lines">
        <TextAreaField label="Addresses" rows={3} defaultValue={'203.0.113.7\n2001:db8::7'} />
      </State>
      <State name="Long text" wide>
        <Field label={LONG} defaultValue={LONG} hint={LONG} error={LONG} />
      </State>
    </Section>
  )
}

function Numbers() {
  const [retries, setRetries] = useState('5')
  const [wrong, setWrong] = useState('many')
  const [time, setTime] = useState('1d 12h')
  const [empty, setEmpty] = useState('')
  return (
    <>
      <Section name="NumberField" note="Arrow keys count; it says itself what is wrong when it is left">
        <State name="Default">
          <NumberField label="maxretry" value={retries} onChange={setRetries} min={1} max={100} />
        </State>
        <State name="With an error">
          <NumberField
            label="maxretry"
            value={wrong}
            onChange={setWrong}
            min={1}
            max={100}
            error="Enter a whole number from 1 to 100."
          />
        </State>
        <State name="Not to be changed">
          <NumberField
            label="Retention in days"
            value="90"
            onChange={() => undefined}
            min={1}
            max={3650}
            disabledReason={LOCKED}
          />
        </State>
      </Section>
      <Section name="DurationField" note="As in fail2ban’s files; it shows what it understands">
        <State name="Default">
          <DurationField label="findtime" value={time} onChange={setTime} />
        </State>
        <State name="With suggestions">
          <DurationField
            label="bantime"
            value={time}
            onChange={setTime}
            permanent
            suggestions={[600, 3600, 86_400, 604_800, -1]}
          />
        </State>
        <State name="Empty">
          <DurationField label="bantime" value={empty} onChange={setEmpty} permanent />
        </State>
        <State name="With an error">
          <DurationField label="bantime" value="soon" onChange={setEmpty} error="This is not a duration." />
        </State>
      </Section>
    </>
  )
}

const JAILS = ['sshd', 'recidive', 'nginx-http-auth', 'nginx-botsearch', 'postfix-sasl', 'dovecot'].map(
  (name) => ({ value: name, label: name }),
)
const LONG_CHOICE = [{ value: LONG, label: LONG }]

function Lists() {
  const [jail, setJail] = useState('sshd')
  const [zone, setZone] = useState<string | undefined>('recidive')
  return (
    <>
      <Section name="Select" note="For short lists">
        <State name="Default">
          <Select label="Jail" value={jail} choices={JAILS} onChange={setJail} />
        </State>
        <State name="With an error">
          <Select
            label="Jail"
            value={jail}
            choices={JAILS}
            onChange={setJail}
            error="This jail is stopped."
          />
        </State>
        <State name="Not to be changed">
          <Select label="Jail" value={jail} choices={JAILS} onChange={setJail} disabledReason={LOCKED} />
        </State>
        <State name="Long text">
          <Select label={LONG} value={LONG} choices={LONG_CHOICE} onChange={setJail} />
        </State>
      </Section>
      <Section name="Combobox" note="For long lists: type a part">
        <State name="Default">
          <Combobox label="Chosen jail" value={zone} choices={JAILS} onChange={setZone} />
        </State>
        <State name="Nothing chosen">
          <Combobox
            label="Another jail"
            value={undefined}
            choices={JAILS}
            onChange={setZone}
            placeholder="Type a part of its name"
          />
        </State>
        <State name="Nothing there, being fetched">
          <Combobox label="Jail to come" value={undefined} choices={[]} onChange={setZone} busy />
        </State>
        <State name="With an error">
          <Combobox
            label="Wrong jail"
            value={zone}
            choices={JAILS}
            onChange={setZone}
            error="This jail is stopped."
          />
        </State>
        <State name="Not to be changed">
          <Combobox
            label="Fixed jail"
            value={zone}
            choices={JAILS}
            onChange={setZone}
            disabledReason={LOCKED}
          />
        </State>
      </Section>
    </>
  )
}
