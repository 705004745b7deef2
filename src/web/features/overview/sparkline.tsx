import styles from './chart.module.css'

const WIDTH = 72
const HEIGHT = 22

/** The shape of a course, for the eye alone: the figures are beside it. Where nobody looked the line is broken. */
export function Sparkline({ values }: { values: ReadonlyArray<number | null> }) {
  const known = values.filter((value) => value !== null)
  const most = Math.max(0, ...known)
  if (known.length < 2 || most === 0) return null
  const x = (index: number): number => (index / (values.length - 1)) * WIDTH
  const y = (value: number): number => HEIGHT - 1 - (value / most) * (HEIGHT - 3)
  const line = values
    .map((value, index) => {
      if (value === null) return ''
      const command = (values[index - 1] ?? null) === null ? 'M' : 'L'
      return `${command}${x(index).toFixed(1)} ${y(value).toFixed(1)}`
    })
    .join('')
  return (
    <svg className={styles.sparkline} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden>
      <path d={line} />
    </svg>
  )
}
