import { setPreferences, usePreferences } from '../ui/preferences.ts'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { ToastRegion } from '../ui/toast-region.tsx'
import { TooltipRegion } from '../ui/tooltip-region.tsx'
import { ActionSections } from './action-sections.tsx'
import { ChoiceSections } from './choice-sections.tsx'
import { DataSections } from './data-sections.tsx'
import { FieldSections } from './field-sections.tsx'
import styles from './kit.module.css'
import { OverlaySections } from './overlay-sections.tsx'

/** Every component of the kit in all its states. Its own texts are not translated: nobody but developers sees them. */
export function KitPage() {
  const { theme, density, language } = usePreferences()
  return (
    <main className={styles.page}>
      <header className={styles.head}>
        <h1>Kit</h1>
        <SegmentedControl
          label="Theme"
          value={theme}
          choices={[
            { value: 'auto', label: 'As the system' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
          onChange={(value) => setPreferences({ theme: value })}
        />
        <SegmentedControl
          label="Density"
          value={density}
          choices={[
            { value: 'comfortable', label: 'Comfortable' },
            { value: 'compact', label: 'Compact' },
          ]}
          onChange={(value) => setPreferences({ density: value })}
        />
        <SegmentedControl
          label="Language"
          value={language}
          choices={[
            { value: 'auto', label: 'Auto' },
            { value: 'en', label: 'English' },
            { value: 'de', label: 'Deutsch' },
          ]}
          onChange={(value) => setPreferences({ language: value })}
        />
      </header>
      <ActionSections />
      <FieldSections />
      <ChoiceSections />
      <DataSections />
      <OverlaySections />
      <ToastRegion />
      <TooltipRegion />
    </main>
  )
}
