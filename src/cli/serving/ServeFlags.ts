import type { BrokerFlags } from '../brokers/brokerHeadlines.js';
import type { FeedOptions } from '../live/feedOptions.js';
import type { BackendChoice } from '../training/options/trainingOptions.js';

/** The options of `headwater serve`. */
export interface ServeFlags extends BackendChoice, FeedOptions, BrokerFlags {
  readonly model: string;
  readonly feed: readonly string[];
  readonly opml?: string;
  readonly filter?: string;
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly tokens?: string;
  readonly accessLog?: string;
  readonly allowHost: readonly string[];
  readonly allowOrigin: readonly string[];
  readonly maxBody: number;
  readonly maxBatch: number;
  readonly maxQueue: number;
  readonly maxConnections: number;
  readonly maxListeners: number;
  readonly history: number;
  readonly state?: string;
  readonly labels?: string;
  readonly learn?: boolean;
  readonly watchModel?: boolean;
  readonly candidate?: string;
  readonly canary?: number;
  readonly warmUp: number;
  readonly drain: number;
  readonly drainDelay: number;
}

/** The variable for a token, which should not be visible in the list of processes. */
export const TOKEN_VARIABLE = 'HEADWATER_TOKEN';
