import { laterTexts } from './i18n.ts'

// The build makes every module that speaks from the second catalogue import this one.
await laterTexts()
