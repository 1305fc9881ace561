/**
 * Sources of live headlines: feeds, server-sent events, WebSockets and lines. For Node.
 *
 * @module headwater/live
 */

export type { BackoffOptions } from '../streams/pacing/backoff.js';
export { discoverFeed } from '../streams/feeds/parsing/discoverFeed.js';
export type { FeedItem } from '../streams/feeds/parsing/items/FeedItem.js';
export {
  feedMemory,
  feedMemoryFrom,
  FeedMemoryJson,
  type FeedMemory,
  type RememberedFeed,
} from '../streams/feeds/polling/FeedMemory.js';
export type { FeedReading, Untitled } from '../streams/feeds/parsing/FeedDocument.js';
export { parseFeed, type ParsedFeed, type ParseFeedOptions } from '../streams/feeds/parseFeed.js';
export { pollFeed, type PollFeedOptions } from '../streams/feeds/pollFeed.js';
export { readOpml, type ReadOpmlOptions } from '../streams/feeds/readOpml.js';
export { liveHeadline, type LiveHeadlineFields } from '../streams/live/liveHeadline.js';
export { headlineJson, type HeadlineJson } from '../streams/live/headlineJson.js';
export { headlineLines } from '../streams/live/headlineLines.js';
export { jsonLineHeadlines } from '../streams/live/jsonLineHeadlines.js';
export type { HeadlineLinesOptions } from '../streams/live/linesToHeadlines.js';
export type { ConnectionOptions } from '../streams/live/ConnectionOptions.js';
export type { LiveOptions } from '../streams/live/LiveOptions.js';
export type { ReconnectOptions } from '../streams/live/ReconnectOptions.js';
export { serverSentEvents, type ServerSentEventsOptions } from '../streams/live/serverSentEvents.js';
export { webSocketLines, type WebSocketLinesOptions } from '../streams/live/webSocketLines.js';
