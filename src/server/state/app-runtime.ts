import type { FeedPosition } from '../../shared/feed.ts'
import type { HostSnapshot } from '../../shared/host.ts'

/** The keys of RuntimeState. */
export interface AppRuntime extends Record<string, unknown> {
  /** What a host's agent last saw; written by the agent, read by every screen. */
  [key: `host/${string}`]: HostSnapshot
  /** Where a host's archive ends; written by the ingest, read by the agent when it starts. */
  [key: `feed/${string}`]: FeedPosition
}
