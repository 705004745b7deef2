import { SentinelConnector } from 'ioredis'

/**
 * ioredis's connector, which lets go of the watch over the previous master before it connects anew. Otherwise the news of a
 * failover that comes just while it connects again, because the old master crashed, ends the connection for good (ioredis
 * 6.0.0); tests/faults/sentinel.test.ts sees it about once in eight failovers.
 */
export class Connector extends SentinelConnector {
  override connect(
    ...given: Parameters<SentinelConnector['connect']>
  ): ReturnType<SentinelConnector['connect']> {
    // Private in the types.
    const detector: unknown = Reflect.get(this, 'failoverDetector')
    if (isWatch(detector)) detector.cleanup()
    return super.connect(...given)
  }
}

function isWatch(value: unknown): value is { cleanup(): void } {
  return (
    typeof value === 'object' && value !== null && 'cleanup' in value && typeof value.cleanup === 'function'
  )
}
