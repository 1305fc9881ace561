import { describe, expect, it } from 'vitest';
import { watchFlow } from '../../src/operators/flow/watchFlow.js';
import { servePage } from './browser.js';
import { chromiumPath } from './chromiumPath.js';
import { live, rowsOf, violations } from './looking.js';
import { titles } from './newsModel.js';
import { visit } from './visit.js';

describe.skipIf(chromiumPath === undefined)('the page', { timeout: 120_000 }, () => {
  it.each([
    ['light', { colorScheme: 'light' as const }],
    ['dark', { colorScheme: 'dark' as const }],
    ['on a phone', { colorScheme: 'light' as const, viewport: { width: 390, height: 844 } }],
    ['on a phone, dark', { colorScheme: 'dark' as const, viewport: { width: 360, height: 740 } }],
  ])('is found accessible by axe: %s', async (name, context) => {
    const server = await servePage({ labels: () => Promise.resolve(), flow$: watchFlow({ every: 100 }) });
    const { page, picture } = await visit(server.url, context);
    await live(page);
    expect(await violations(page)).toEqual([]);
    server.send(...titles(40));
    await rowsOf(page).nth(2).click();
    await page.locator('.effects').waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('1');
    await page.getByRole('img', { name: /^Labels\./ }).waitFor();
    await page.waitForTimeout(1200);
    for (const details of await page.locator('details').all()) await details.locator('summary').click();
    expect(await violations(page)).toEqual([]);
    // Nothing is wider than the screen.
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
      0,
    );
    for (const details of await page.locator('details').all()) await details.locator('summary').click();
    if (name.includes('phone')) await picture(`serving-${name.includes('dark') ? 'phone-dark' : 'phone'}`);
  });
});
