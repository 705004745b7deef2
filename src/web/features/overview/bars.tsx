import { useLingui } from '@lingui/react/macro'
import { useLayoutEffect, useRef, useState, type PointerEvent } from 'react'
import { formatNumber } from '../../ui/words.ts'
import { labelledMarks, stepsUpTo } from './chart-scale.ts'
import styles from './chart.module.css'

export interface BarSeries {
  readonly name: string
  /** A token, such as `--series-1`. */
  readonly colour: string
  readonly counts: readonly number[]
}

export interface BarsProps {
  readonly label: string
  /** One after the other from the bottom; only those that are shown. */
  readonly series: readonly BarSeries[]
  readonly count: number
  /** Bars that may be labelled. */
  readonly marks: readonly number[]
  /** Below a bar. */
  readonly mark: (index: number) => string
  /** How wide such a mark is at most. */
  readonly markRoom: number
  /** The time that a bar stands for. */
  readonly period: (index: number) => string
  /** All that it says, in a sentence, for those who do not see it. */
  readonly sentence: (index: number) => string
}

const HEIGHT = 300
const TOP = 8
const BOTTOM = 22
const LEFT = 40
const PLOT = HEIGHT - TOP - BOTTOM
/** Between the segments of a bar. */
const GAP = 1

/** Stacked bars. Arrow keys go from one to the next and say what it holds; a pointer shows the same. */
export function Bars(props: BarsProps) {
  const { label, series, count, sentence } = props
  const [frame, width] = useWidth()
  const [at, setAt] = useState<number | undefined>(undefined)
  const slot = Math.max(0, width - LEFT) / Math.max(1, count)
  const sums = Array.from({ length: count }, (_, index) =>
    series.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0),
  )
  const steps = stepsUpTo(Math.max(0, ...sums))
  const last = count - 1

  function onPointer(event: PointerEvent<HTMLElement>): void {
    const { left } = event.currentTarget.getBoundingClientRect()
    const index = Math.floor((event.clientX - left - LEFT) / slot)
    setAt(index >= 0 && index <= last ? index : undefined)
  }

  return (
    <div
      ref={frame}
      className={styles.frame}
      onPointerDown={onPointer}
      onPointerMove={onPointer}
      onPointerLeave={() => setAt(undefined)}
    >
      {/* It brings the keys and is read out; what it shows is drawn below. */}
      <input
        type="range"
        className={styles.keys}
        aria-label={label}
        aria-valuetext={sentence(at ?? last)}
        min={0}
        max={last}
        value={at ?? last}
        onChange={(event) => setAt(event.currentTarget.valueAsNumber)}
        onFocus={(event) => {
          if (event.currentTarget.matches(':focus-visible')) setAt(at ?? last)
        }}
        onBlur={() => setAt(undefined)}
      />
      {width > 0 && <Plot {...props} width={width} steps={steps} at={at} />}
      {at !== undefined && <Hint {...props} at={at} sum={sums[at] ?? 0} width={width} slot={slot} />}
    </div>
  )
}

function Plot({
  series,
  count,
  marks,
  mark,
  markRoom,
  width,
  steps,
  at,
}: BarsProps & { width: number; steps: readonly number[]; at: number | undefined }) {
  const slot = (width - LEFT) / Math.max(1, count)
  const bar = Math.max(1, slot - Math.min(3, slot / 4))
  const scale = PLOT / (steps.at(-1) ?? 1)
  const y = (value: number): number => TOP + PLOT - value * scale
  const x = (index: number): number => LEFT + index * slot + (slot - bar) / 2
  return (
    <svg className={styles.plot} width={width} height={HEIGHT} aria-hidden>
      {steps.map((step) => (
        <g key={step}>
          <line x1={LEFT} x2={width} y1={y(step)} y2={y(step)} data-zero={step === 0 || undefined} />
          <text x={LEFT - 8} y={y(step) + 4} textAnchor="end">
            {formatNumber(step, { notation: 'compact' })}
          </text>
        </g>
      ))}
      {at !== undefined && (
        <rect className={styles.lit} x={LEFT + at * slot} y={TOP} width={slot} height={PLOT} />
      )}
      {Array.from({ length: count }, (_, index) => (
        <Bar key={index} series={series} index={index} x={x(index)} width={bar} scale={scale} />
      ))}
      {labelledMarks(marks, count, slot, markRoom).map((index) => (
        <text key={index} x={x(index)} y={HEIGHT - 5}>
          {mark(index)}
        </text>
      ))}
    </svg>
  )
}

function Bar({
  series,
  index,
  x,
  width,
  scale,
}: {
  series: readonly BarSeries[]
  index: number
  x: number
  width: number
  scale: number
}) {
  let below = 0
  return series.map(({ name, colour, counts }) => {
    const value = counts[index] ?? 0
    if (value === 0) return null
    const full = value * scale
    const height = Math.max(1, full - GAP)
    below += full
    return (
      <rect
        key={name}
        x={x}
        y={TOP + PLOT - below}
        width={width}
        height={height}
        rx={Math.min(2, width / 3, height / 2)}
        style={{ fill: `var(${colour})` }}
        data-series={name}
      />
    )
  })
}

/** How wide the hint is, which must not leave the chart. */
const HINT = 190

function Hint({
  series,
  period,
  at,
  sum,
  width,
  slot,
}: BarsProps & { at: number; sum: number; width: number; slot: number }) {
  const { t } = useLingui()
  const beside = LEFT + (at + 1) * slot + 8
  const left = beside + HINT <= width ? beside : Math.max(0, LEFT + at * slot - HINT - 8)
  return (
    <div className={styles.hint} style={{ left, width: HINT }} aria-hidden>
      <p className={styles.period}>{period(at)}</p>
      <dl>
        {series.map(({ name, colour, counts }) => (
          <div key={name}>
            <dt>
              <span className={styles.swatch} style={{ background: `var(${colour})` }} />
              {name}
            </dt>
            <dd>{formatNumber(counts[at] ?? 0)}</dd>
          </div>
        ))}
        <div>
          <dt>{t`Together`}</dt>
          <dd>{formatNumber(sum)}</dd>
        </div>
      </dl>
    </div>
  )
}

function useWidth() {
  const ref = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return undefined
    setWidth(element.clientWidth)
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [ref, width] as const
}
