import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach } from 'vitest';
import { root } from '../docs/fences.js';
import { chromiumPath } from './chromiumPath.js';

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
