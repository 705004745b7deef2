import { i18n } from '@lingui/core'

// Without a catalogue the words are those of the source.
i18n.loadAndActivate({ locale: 'en', locales: 'en-GB', messages: {} })
