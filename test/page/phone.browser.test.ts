import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { servePage } from './browser.js';
import { chromiumPath } from './chromiumPath.js';
import { about, CLASSES } from './newsModel.js';
import { REPORT, serveTraining, SPLIT } from './trainingServer.js';
import { visit } from './visit.js';

const on = (width: number, colorScheme: 'light' | 'dark' = 'light') => ({
  viewport: { width, height: 844 },
  colorScheme,
});

const left = (target: Locator): Promise<number> => target.evaluate((node) => node.getBoundingClientRect().left);

/** How much of each table lies beyond the edge of its frame. */
const beyond = (page: Page): Promise<readonly number[]> =>
  page.locator('.table-frame').evaluateAll((frames) => frames.map((frame) => frame.scrollWidth - frame.clientWidth));

describe.skipIf(chromiumPath === undefined)('the page on a phone', { timeout: 120_000 }, () => {
  it.each([390, 320])(
    'shows headlines from edge to edge of their card, with all that is known of them: %i px',
    async (width) => {
      const server = await servePage();
      server.send('The final starts next week');
      const { page } = await visit(server.url, on(width));
      const row = page.getByRole('grid').getByRole('row').first();
      await row.waitFor();
      expect((await left(row)) - (await left(page.locator('.stream')))).toBe(1);
      expect(await left(row.locator('.mark'))).toBeCloseTo(
        await page
          .locator('.stream h2')
          .evaluate(
            (node) => node.getBoundingClientRect().left + Number.parseFloat(getComputedStyle(node).paddingLeft),
          ),
        0,
      );
      const boxes = await row.evaluate((node) =>
        ['.headline-time', '.headline-class', '.headline-share']
          .map((part) => node.querySelector(part)?.getBoundingClientRect())
          .map((box) => ({ left: box?.left ?? NaN, right: box?.right ?? NaN, width: box?.width ?? NaN })),
      );
      const [time, category, share] = boxes;
      expect(share?.width).toBeGreaterThan(0);
      expect(time?.right).toBeLessThan(category?.left ?? 0);
      expect(category?.right).toBeLessThan(share?.left ?? 0);
      expect(share?.right).toBeLessThan(width);
      expect(await row.locator('.headline-share').textContent()).toMatch(/^\d+%$/);
    },
  );

  it('has room for the tables of four classes', async () => {
    const server = await serveTraining({
      state: 'ended',
      config: about.config,
      classes: CLASSES,
      split: SPLIT,
      report: REPORT,
    });
    const { page } = await visit(server.url, on(390));
    await page.getByRole('table', { name: /^Confusion matrix/ }).waitFor();
    // The fourth is that of the flow, which is not watched here.
    expect(await beyond(page)).toEqual([0, 0, 0, 0]);
  });

  it.each(['light', 'dark'] as const)(
    'shows at its edge that there is more of a table, and only while there is: %s',
    async (scheme) => {
      const server = await serveTraining({
        state: 'ended',
        config: about.config,
        classes: CLASSES,
        split: SPLIT,
        report: REPORT,
      });
      const { page, faults } = await visit(server.url, on(320, scheme));
      const frame = page.getByRole('region', { name: 'Scores by class' });
      await frame.waitFor();
      expect((await beyond(page)).some((more) => more > 0)).toBe(true);
      // Nothing but what is behind the table is looked at: with its texts away, a frame without a shadow is of one
      // colour.
      await frame.locator('table').evaluate((table) => (table.style.visibility = 'hidden'));
      const plain = async (): Promise<boolean> => {
        const shown = await frame.screenshot();
        await frame.evaluate((node) => (node.style.background = 'none'));
        const bare = await frame.screenshot();
        await frame.evaluate((node) => (node.style.background = ''));
        return shown.equals(bare);
      };
      expect(await plain()).toBe(false);
      await frame.locator('table').evaluate((table) => (table.style.display = 'none'));
      await frame.evaluate((node) => (node.style.height = '5rem'));
      expect(await plain()).toBe(true);
      expect(faults).toEqual([]);
    },
  );
});
