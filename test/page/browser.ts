import { firstValueFrom, Subject } from 'rxjs';
import type { LiveHeadline } from '../../src/contracts/live/Live.js';
import { serveModel } from '../../src/server/serveModel.js';
import type { ServeModelOptions } from '../../src/server/ServeModelOptions.js';
import { headline } from '../operators/live/headline.js';
import { about, newsModel, vocabulary } from './newsModel.js';
import { atEnd } from './visit.js';

/** A server of the page, with headlines that come when they are told to. */
export interface PageServer {
  readonly url: URL;
  readonly headline$: Subject<LiveHeadline>;
  /** Sends headlines by their titles. */
  readonly send: (...titles: readonly string[]) => void;
  readonly stop: () => void;
}

let ids = 0;

/** A headline that arrives now. */
export const arriving = (title: string, given: Partial<LiveHeadline> = {}): LiveHeadline =>
  headline({
    id: ids++,
    title,
    source: 'https://feed.example/',
    seen: Date.now(),
    ...given,
  });

/** Serves a model that knows the sample. */
export const servePage = async (options: Partial<ServeModelOptions> = {}): Promise<PageServer> => {
  const headline$ = new Subject<LiveHeadline>();
  const listening = new Subject<URL>();
  const url$ = firstValueFrom(listening);
  const subscription = serveModel({
    model: newsModel(),
    ...vocabulary,
    about,
    port: 0,
    headlines: () => headline$,
    maxWaitMs: 1,
    ...options,
  }).subscribe({
    next: (event) => {
      if (event.type === 'listening') listening.next(event.url);
    },
    error: (error: unknown) => listening.error(error),
  });
  atEnd(() => {
    subscription.unsubscribe();
    return undefined;
  });
  return {
    url: await url$,
    headline$,
    send: (...titles) => titles.forEach((title) => headline$.next(arriving(title))),
    stop: () => subscription.unsubscribe(),
  };
};
