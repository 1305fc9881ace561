import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe has against the page as it is: WCAG 2.2 AA and best practices. */
export const violations = async (page: Page): Promise<readonly string[]> => {
  // Over the protocol: the page's own policy lets nobody add a script.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe });
  const { result } = await session.send('Runtime.evaluate', {
    expression:
      "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', " +
      "'best-practice'] }).then(({ violations }) => violations.flatMap(({ id, nodes }) => " +
      "nodes.map((node) => id + ': ' + node.html.slice(0, 160) + ' ' + node.failureSummary)))",
    awaitPromise: true,
    returnByValue: true,
  });
  return result.value as readonly string[];
};

/** Waits until the page is connected. */
export const live = (page: Page): Promise<void> => page.getByText('Live', { exact: true }).waitFor();

/** The rows of the list of headlines. */
export const rowsOf = (page: Page) => page.getByRole('grid').getByRole('row');

/** All that is said of the page from now on: what is shown between two looks at it, too. */
export const announcements = async (page: Page): Promise<readonly string[]> => {
  const said: string[] = [];
  await page.exposeFunction('say', (text: string) => said.push(text));
  await page.evaluate(() => {
    const announcer = document.getElementById('announcer');
    if (announcer !== null)
      new MutationObserver(() =>
        (window as unknown as { say: (text: string) => void }).say(announcer.textContent),
      ).observe(announcer, { childList: true, characterData: true, subtree: true });
  });
  return said;
};

export const LOST = 'The connection is lost. Reconnecting.';
export const CONNECTED = 'Connected: what is new appears as it comes.';
