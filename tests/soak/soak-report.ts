export interface SoakReport {
  /** Figures, in sentences. */
  readonly facts: readonly string[]
  /** What was not as it has to be; none when all was. */
  readonly complaints: readonly string[]
}
