import * as t from 'io-ts';
import { parseJson } from '../answers/decodeHeadlines.js';

const Told = t.type({ type: t.string, source: t.string });

/** The sources whose events are in a history, without those that were removed. */
export const namedSources = (frames: readonly Buffer[]): ReadonlySet<string> => {
  const sources = new Set<string>();
  for (const frame of frames) {
    const data = /^id: [^\n]*\nevent: source\ndata: (.*)\n/.exec(frame.toString())?.[1];
    const event = data === undefined ? undefined : parseJson(data);
    if (!Told.is(event)) continue;
    if (event.type === 'removed') sources.delete(event.source);
    else sources.add(event.source);
  }
  return sources;
};
