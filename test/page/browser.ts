import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { firstValueFrom, Subject } from 'rxjs';
import { afterAll, afterEach } from 'vitest';
import type { LiveHeadline } from '../../src/contracts/live/Live.js';
import { serveModel } from '../../src/server/serveModel.js';
import type { ServeModelOptions } from '../../src/server/ServeModelOptions.js';
import { root } from '../docs/fences.js';
import { headline } from '../operators/live/headline.js';
import { chromiumPath } from './chromiumPath.js';
import { about, newsModel, vocabulary } from './newsModel.js';

/** Where pictures of the page are left for people to look at. */
const pictures = join(root, 'test-results/screenshots');

const endings: (() => Promise<unknown> | undefined)[] = [];
let browser: Browser | undefined;

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

afterAll(async () => {
  await browser?.close();
});

/** Ends something when the test ends. */
export const atEnd = (end: () => Promise<unknown> | undefined): void => {
  endings.push(end);
};

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

/** A page in a browser, and what it did that it should not. */
export interface Visited {
  readonly page: Page;
  /** The addresses that it asked for. */
  readonly requests: readonly string[];
  /** Errors of its script, and violations of its policy. */
  readonly faults: readonly string[];
  readonly picture: (name: string) => Promise<unknown>;
}

/** Opens a page. */
export const visit = async (url: URL, options: BrowserContextOptions = {}): Promise<Visited> => {
  browser ??= await chromium.launch({
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--js-flags=--expose-gc'],
  });
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    colorScheme: 'light',
    timezoneId: 'UTC',
    ...options,
  });
  atEnd(() => context.close());
  const page = await context.newPage();
  const requests: string[] = [];
  const faults: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  await page.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`policy: ${violatedDirective} ${blockedURI}`),
    ),
  );
  await page.goto(url.href);
  return {
    page,
    requests,
    faults,
    picture: (name) => {
      mkdirSync(pictures, { recursive: true });
      return page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    },
  };
};
