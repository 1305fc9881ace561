import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../docs/fences.js';
import { violations } from '../looking.js';
import { chromiumPath } from '../chromiumPath.js';
import { visit } from '../visit.js';
import { serveFolder } from './siteServer.js';

const site = join(root, 'site/dist');

let server: Awaited<ReturnType<typeof serveFolder>> | undefined;

beforeAll(async () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/docs.mjs'), 'build'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  server = await serveFolder(site);
}, 400_000);

afterAll(() => server?.stop());

const at = (path: string): URL => new URL(path, server?.url);

const files = (ending: string): readonly string[] =>
  readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending));

/** A model in a folder, as the library saves it: the files are links to those of its generation. */
const saveModel = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-site-'));
  const program = `
    import { lastValueFrom, of } from 'rxjs';
    import { classifier, classifierConfig, encodeArtifacts, LabelEncoder, promiseOf, Tokenizer, writeFiles } from 'headwater';
    const tokenizer = await lastValueFrom(of('team wins', 'minister visits').pipe(Tokenizer.fit()));
    const config = classifierConfig({ cell: 'gru', vocabularySize: tokenizer.size, classes: 2, hiddenDim: 4 });
    const weights = classifier(config, { seed: 1 }).stateDict();
    const labelEncoder = LabelEncoder.of(['Sports', 'World']);
    await promiseOf(writeFiles(process.argv[1], encodeArtifacts({ config, weights, tokenizer, labelEncoder })));
  `;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program, folder], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  return folder;
};

describe('the built site', () => {
  it('has every export of the package on a page, and links to it from its entry', () => {
    const entries = [
      ...readdirSync(join(root, 'src/entries')).map((file) => [file.slice(0, -'.ts'.length), `src/entries/${file}`]),
      ['testing', 'src/testing/index.ts'],
    ] as const;
    const missing = entries.flatMap(([entry = '', file = '']) => {
      const names = [...readFileSync(join(root, file), 'utf8').matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(
        ([, list = '']) =>
          list
            .split(',')
            .map((name) => name.replace(/^\s*type /, '').trim())
            .filter((name) => name !== ''),
      );
      const html = readFileSync(join(site, 'reference', entry, 'index.html'), 'utf8');
      expect(names.length).toBeGreaterThan(0);
      return names.filter((name) => !html.includes(`<code>${name}</code>`)).map((name) => `${entry}: ${name}`);
    });
    expect(missing).toEqual([]);
  });

  it('has no link that leads nowhere, and none that loads anything from elsewhere', () => {
    const pages = new Map(files('.html').map((name) => [name, readFileSync(join(site, name), 'utf8')]));
    const idsOf = new Map(
      [...pages].map(([name, html]) => [name, new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id))]),
    );
    const everything = new Set(files(''));
    const broken = [...pages].flatMap(([name, html]) =>
      [...html.matchAll(/\s(href|src)="([^"]*)"/g)].flatMap(([, attribute, target = '']) => {
        if (/^(https?:)/.test(target)) return attribute === 'src' ? [`${name} loads ${target}`] : [];
        if (/^(data|mailto):/.test(target)) return [];
        const [path = '', hash = ''] = target.replaceAll('&amp;', '&').split('#');
        const file =
          path === ''
            ? name
            : resolve(
                '/',
                path.startsWith('/') ? '' : dirname(name),
                path.endsWith('/') ? `${path}index.html` : path,
              ).slice(1);
        if (!everything.has(file)) return [`${name}: ${target}`];
        return hash === '' || (idsOf.get(file)?.has(decodeURIComponent(hash)) ?? true) ? [] : [`${name}: ${target}`];
      }),
    );
    expect(pages.size).toBeGreaterThan(200);
    expect([...new Set(broken)]).toEqual([]);
  });

  it('has llms.txt for programs, with a sentence about each page, and the pages in Markdown', () => {
    const list = readFileSync(join(site, 'llms.txt'), 'utf8');
    const pages = [...list.matchAll(/^- \[(.+?)\]\((.+?)\): (.*)$/gm)].map(([, title = '', path = '', about = '']) => ({
      title,
      about,
      markdown: readFileSync(join(site, path), 'utf8'),
    }));
    expect(pages.length).toBeGreaterThan(30);
    const poor = pages.filter(({ about, markdown }) => about === '' || !/^# /m.test(markdown));
    expect(poor.map(({ title }) => title)).toEqual([]);
  });

  it('searches the words of code, without the signs around them', () => {
    const [index = ''] = files('.js').filter((name) => name.includes('@localSearchIndexroot'));
    const text = readFileSync(join(site, index), 'utf8');
    expect(text).toContain('"uint8array"');
    expect(text).not.toMatch(/"(?:uint8array>|x3c)"/);
  });
});

describe.skipIf(chromiumPath === undefined)('the site in a browser', { timeout: 120_000 }, () => {
  it.each([
    ['the first page', 'index.html', {}],
    ['a page of the reference, dark', 'reference/operators/microBatch.html', { colorScheme: 'dark' as const }],
    ['the cookbook on a phone', 'cookbook/index.html', { viewport: { width: 390, height: 844 } }],
    ['the page that trains', 'train.html', {}],
    ['the page of a wrong address', '404.html', {}],
    ['tables with an empty header', 'performance.html', {}],
    ['two diagrams of one call', 'reference/operators/decode.html', {}],
  ])('is found accessible by axe, and asks no other host: %s', async (name, path, options) => {
    const { page, requests, faults, picture } = await visit(at(path), options);
    await page.locator('h1').first().waitFor();
    await picture(`site: ${name}`);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    expect(requests.filter((url) => !url.startsWith(at('/').href) && !url.startsWith('data:'))).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('finds an operator by the keyboard', async () => {
    const { page } = await visit(at('index.html'));
    // The page listens to the keys only when its scripts have run.
    await expect
      .poll(async () => {
        await page.keyboard.press('Control+k');
        return page.locator('.search-input').count();
      })
      .toBe(1);
    const firstHit = page.locator('.VPLocalSearchBox .result').first();
    // Words with a hyphen are found without it, and guides come before the pages of types.
    for (const [word, hit] of [
      ['backpressure', /Back-pressure/],
      ['install', /Install/],
      ['overfitting', /Overfitting/],
      // A short word is not another short word, and a longer one may have two letters in the wrong order.
      ['oom', /OOM/],
      ['excel', /Excel/],
      ['pyhton', /Python|PyTorch/],
      ['how to install', /Install/],
      ['ECONNREFUSED', /ECONNREFUSED/],
      ['multilabel', /multi-label/],
    ] as const) {
      await page.locator('.search-input').fill(word);
      await expect.poll(() => firstHit.textContent()).toMatch(hit);
    }
    await page.locator('.search-input').fill('microBatch');
    await expect.poll(() => firstHit.getAttribute('href')).toMatch(/operators\/microBatch/);
    await page.keyboard.press('Enter');
    await page.waitForURL(/microBatch/);
    // The page has its own main landmark; that of the first page has gone.
    await expect.poll(() => page.locator('[role=main]').count()).toBe(0);
  });

  it('has nothing to press without JavaScript, and its list of pages on a phone', async () => {
    const { page } = await visit(at('learn/start.html'), {
      javaScriptEnabled: false,
      viewport: { width: 360, height: 740 },
    });
    expect(await page.locator('.VPLocalNav:visible, .VPNavBarSearch:visible, .run:visible').count()).toBe(0);
    await page.locator('.VPSidebar').getByRole('link', { name: 'Tutorial' }).click();
    await page.locator('h1', { hasText: 'Tutorial' }).waitFor();
  });

  it('shows the whole signature of an export on a phone', async () => {
    const { page } = await visit(at('reference/operators/fit.html'), { viewport: { width: 320, height: 640 } });
    const signature = page.locator('.kind + .language-ts pre');
    expect(await signature.evaluate((node) => node.scrollWidth - node.clientWidth)).toBe(0);
  });

  it('lists the pages at a wrong address without JavaScript', async () => {
    const { page } = await visit(at('404.html'), { javaScriptEnabled: false });
    expect(await page.locator('h1').innerText()).toBe('This page does not exist');
    await page.getByRole('link', { name: 'Tutorial' }).click();
    await page.locator('h1', { hasText: 'Tutorial' }).waitFor();
  });

  it('is read and searched, and runs programs, when its server has gone', async () => {
    const own = await serveFolder(site, false);
    const { page } = await visit(new URL('learn/start.html', own.url));
    const kept = (JSON.parse(readFileSync(join(site, 'kept.json'), 'utf8')) as readonly string[]).length;
    const keys = "caches.open('headwater-documentation').then((cache) => cache.keys()).then(({ length }) => length)";
    await expect.poll(() => page.evaluate(keys), { timeout: 60_000 }).toBe(kept);
    await own.stop();
    await page.keyboard.press('Control+k');
    await page.locator('.search-input').fill('microBatch');
    await page.locator('.VPLocalSearchBox .result').first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'microBatch' }).waitFor();
    await page.reload();
    await page.getByText('Gathers values into small batches').waitFor();
    // The server sent no headers, and the kept pages have threads.
    expect(await page.evaluate('crossOriginIsolated')).toBe(true);
    await page.locator('.run').first().click();
    await page
      .getByRole('status')
      .filter({ hasText: /^ran in/ })
      .waitFor();
  });

  it('runs an example, and shows what it printed and what went through it', async () => {
    const { page, faults, picture } = await visit(at('reference/operators/microBatch.html'));
    await page.locator('.marble-diagram').first().waitFor();
    await page.locator('.run').first().press('Enter');
    await page
      .getByRole('status')
      .filter({ hasText: /^ran in/ })
      .waitFor();
    // The button that was pressed has gone: the keyboard is where the program can be run again.
    expect(
      await page.getByRole('button', { name: 'Run', exact: true }).evaluate((node) => node === document.activeElement),
    ).toBe(true);
    expect(await page.locator('.happened-row code').allTextContents()).toEqual([
      "of('a', 'b', 'c')",
      'microBatch({ maxSize: 2, maxWaitMs: 5 })',
      'toArray()',
    ]);
    expect(await page.locator('.happened-row').nth(1).locator('circle').count()).toBe(2);
    await picture('site: an example that ran');
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('runs the program of the playground, and one that the reader has changed, and tells what is wrong with it', async () => {
    const { page, picture } = await visit(at('playground.html'), { viewport: { width: 390, height: 844 } });
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('log').getByText('cup final').waitFor();
    expect(await page.locator('h1').innerText()).toContain('Playground');
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    await picture('site: the playground on a phone');
    await page.getByRole('textbox', { name: 'Program' }).fill("console.log('typed', [1, 2]); missing();");
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('status').filter({ hasText: 'failed' }).waitFor();
    expect(await page.getByRole('log').innerText()).toBe('typed [1, 2]\nmissing is not defined');
    const shows = async (program: string, ended: RegExp, printed: RegExp): Promise<void> => {
      await page.getByRole('textbox', { name: 'Program' }).fill(program);
      await page.getByRole('button', { name: 'Run' }).click();
      await page.getByRole('status').filter({ hasText: ended }).waitFor();
      await expect.poll(() => page.getByRole('log').innerText()).toMatch(printed);
    };
    // A program that prints nothing shows its values.
    await shows("import { foldCase } from 'headwater'; foldCase('Straße'); new Date(0);", /^ran/, /^'straße'\n1970/);
    await shows('const a = 1;', /^ran/, /^The program printed nothing\.$/);
    await shows("import { fetchCsv } from 'headwater'; fetchCsv('a.csv');", /failed/, /headwater has no fetchCsv/);
    await shows("void (async () => { throw new Error('alone'); })();", /^ran/, /^Error: alone$/);
    // One that prints far too much leaves the page to its reader.
    await shows(
      "for (let at = 0; at < 200_000; at++) console.log('line', at);",
      /^ran/,
      /^199,500 earlier lines[^]*line 199999$/,
    );
    await page.getByRole('textbox', { name: 'Program' }).fill("for (;;) console.log('again');");
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('log').getByText('again').first().waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('status').filter({ hasText: 'stopped' }).waitFor();
  });

  it('ends a program whatever it throws or posts, and runs one editor for a button that is pressed twice', async () => {
    const { page } = await visit(at('reference/operators/microBatch.html'));
    await page
      .locator('.run')
      .first()
      .evaluate((button: HTMLElement) => {
        button.click();
        button.click();
      });
    await page
      .getByRole('status')
      .filter({ hasText: /^ran in/ })
      .waitFor();
    expect(page.workers()).toHaveLength(1);
    for (const [program, ended, printed] of [
      ['throw Object.create(null);', /^failed/, /^\{\}$/],
      ["postMessage('of the program'); console.log('printed');", /^ran/, /^printed$/],
      ['setTimeout(() => { throw { a: 1 }; });', /^ran/, /\{ a: 1 \}$/],
    ] as const) {
      await page.getByRole('textbox', { name: 'Program' }).fill(program);
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByRole('status').filter({ hasText: ended }).waitFor();
      await expect.poll(() => page.getByRole('log').innerText()).toMatch(printed);
    }
  });

  it('ends a program when the reader goes to another page', async () => {
    const { page } = await visit(at('playground.html'));
    await page.getByRole('textbox', { name: 'Program' }).fill("setInterval(() => console.log('again'), 10);");
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('log').getByText('again').first().waitFor();
    expect(page.workers()).toHaveLength(1);
    await page.locator('a[href*="train"]').filter({ hasText: 'Train in this tab' }).first().click();
    await page.getByRole('button', { name: 'Train' }).waitFor();
    await expect.poll(() => page.workers().length).toBe(0);
  });

  it('trains in the tab with threads, and classifies word by word', async () => {
    const { page, faults, picture } = await visit(at('train.html'));
    await page.getByLabel('Cell').selectOption('LSTM');
    await page.getByLabel('Rows').fill('300');
    await page.getByLabel('Epochs').fill('1');
    await page.getByRole('button', { name: 'Train' }).click();
    await page.getByRole('status').filter({ hasText: 'The model is ready' }).waitFor({ timeout: 60_000 });
    const threads = Math.min(4, Number(await page.evaluate('navigator.hardwareConcurrency')));
    expect(await page.getByRole('status').textContent()).toContain(`on ${threads} thread`);
    expect(await page.getByRole('img', { name: /^Training loss after [1-9]\d* steps/ }).count()).toBe(1);
    await page.getByLabel('Text to classify').fill('The team wins');
    await page.locator('.answers tbody tr').nth(2).waitFor();
    expect(await page.locator('.answers tbody th').allTextContents()).toEqual(['The', 'team', 'wins']);
    // The command reads the model that the reader saves.
    const folder = mkdtempSync(join(tmpdir(), 'headwater-saved-'));
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the model' }).click();
    const saved = await saving;
    await saved.saveAs(join(folder, saved.suggestedFilename()));
    const unpacked = spawnSync('tar', ['-xf', saved.suggestedFilename()], { cwd: folder, encoding: 'utf8' });
    expect(unpacked.status, unpacked.stderr).toBe(0);
    const predicted = spawnSync(
      process.execPath,
      [join(root, 'dist/cli/main.js'), 'predict', '--model', join(folder, 'headwater-model'), 'The team wins'],
      { encoding: 'utf8' },
    );
    rmSync(folder, { recursive: true });
    const likeliest = (await page.locator('.answers tbody tr').nth(2).locator('td').first().textContent()) ?? '';
    expect(predicted.stdout, predicted.stderr).toContain(`The team wins → ${likeliest} (`);
    await picture('site: trained in the tab');
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.getByLabel('Text to classify').fill('The incomprehensibilities of the team wins');
    await page.locator('.answers tbody tr').nth(5).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.locator('.answers').evaluate((node) => node.scrollWidth - node.clientWidth)).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    expect(faults).toEqual([]);
  });

  it('opens a saved model, of files that are chosen and of a folder that is dropped', async () => {
    const folder = saveModel();
    const { page } = await visit(at('train.html'));
    const opened = page.getByRole('status').filter({ hasText: 'Classes: Sports, World' });
    await page
      .locator('input[type=file]')
      .setInputFiles(readdirSync(folder).flatMap((name) => (name.includes('.') ? [join(folder, name)] : [])));
    await opened.waitFor();
    // Files of another kind leave the open model as it is.
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: Buffer.of(137) });
    await page
      .getByRole('status')
      .filter({ hasText: 'There is no model.safetensors among the files (photo.png).' })
      .waitFor();
    expect(await page.getByLabel('Text to classify').isEnabled()).toBe(true);
    // Files that are read after the reader has chosen others are late.
    await page.evaluate(() => {
      const first: (() => void)[] = [];
      const late = function (this: Blob): Promise<ArrayBuffer> {
        const read = (): Promise<ArrayBuffer> => new Response(this).arrayBuffer();
        return first.length > 0 ? read() : new Promise<void>((resolve) => first.push(resolve)).then(read);
      };
      Object.assign(Blob.prototype, { arrayBuffer: late });
      Object.assign(globalThis, { readFirst: () => first[0]?.() });
    });
    const choose = (names: readonly string[]): Promise<void> =>
      page.locator('input[type=file]').setInputFiles(names.map((name) => join(folder, name)));
    await choose(['config.json', 'model.safetensors']);
    await page.getByRole('status').filter({ hasText: 'Reading the files' }).waitFor();
    await choose(['config.json']);
    const other = page.getByRole('status').filter({ hasText: 'There is no model.safetensors' });
    await other.waitFor();
    await page.evaluate('readFirst()');
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    expect(await other.count()).toBe(1);
    await page.reload();
    // Beside the field, too.
    const { x = 0, y = 0 } = (await page.getByRole('status').boundingBox()) ?? {};
    const devtools = await page.context().newCDPSession(page);
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await devtools.send('Input.dispatchDragEvent', {
        type,
        x: x + 20,
        y: y + 5,
        data: { items: [], files: [folder], dragOperationsMask: 1 },
      });
    await opened.waitFor();
    rmSync(folder, { recursive: true });
    await page.getByLabel('Text to classify').fill('team');
    await page.locator('.answers tbody tr').first().waitFor();
  });
});
