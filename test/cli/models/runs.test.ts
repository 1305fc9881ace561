import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';

const cwd = workFolder();

describe('headwater runs', () => {
  it('refuses more folders than the page shows, and a folder without a model', async () => {
    const many = Array.from({ length: 9 }, (_, index) => `m${index}`);
    const { status, stderr } = await inProcess(['runs', ...many]);
    expect(status).toBe(2);
    expect(stderr).toContain('There are 9 folders, and the page shows at most 8. Leave some out.');
    const none = await inProcess(['runs', join(cwd, 'none')]);
    expect(none.status).toBe(2);
    expect(none.stderr).toContain(join(cwd, 'none'));
  });

  it('refuses --beside without --ui', async () => {
    const { status, stderr } = await inProcess(['train', '--data', 'x.csv', '--out', join(cwd, 'y'), '--beside', 'm']);
    expect(status).toBe(2);
    expect(stderr).toContain('--beside is about the page of --ui. Give --ui too, or leave --beside out.');
  });
});
