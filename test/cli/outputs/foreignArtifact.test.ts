import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { encodeManifest, MANIFEST_FILE } from '../../../src/contracts/models/Manifest.js';
import { promiseOf } from '../../../src/contracts/promiseOf.js';
import { foreignArtifact } from '../../../src/cli/outputs/foreignArtifact.js';
import { writeFiles } from '../../../src/sinks/files/writeFiles.js';
import { looseCopy } from '../../looseCopy.js';
import { workFolder } from '../headwater.js';

const cwd = workFolder();
const model = join(cwd, 'model');

/** Files with the names and the marks of those of a model. */
beforeAll(async () => {
  const files = new Map(
    Object.entries({ 'label_encoder.json': '{}', 'config.json': '{"formatVersion":2}', 'model.safetensors': '' }).map(
      ([name, text]) => [name, Buffer.from(text)] as const,
    ),
  );
  await promiseOf(writeFiles(model, new Map([...files, [MANIFEST_FILE, encodeManifest(2, files)]])));
});

it.each([
  ['another configuration', { 'config.json': '{"model_type":"bert"}', 'tokenizer.json': '{}' }, 'config.json'],
  ['a list of files of a web page', { 'manifest.json': '{"name":"News","icons":[]}' }, 'manifest.json'],
  ['a configuration that is no JSON', { 'config.json': '// mine', 'label_encoder.json': '{}' }, 'config.json'],
  ['weights of another library', { 'model.safetensors': '', 'notes.txt': '' }, 'model.safetensors'],
])('finds %s', async (name, files, found) => {
  const folder = join(cwd, name);
  mkdirSync(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  expect(await foreignArtifact(folder)).toBe(join(folder, found));
});

it('finds none where a model is: saved, copied, or in loose files as the lesson has them', async () => {
  const loose = join(cwd, 'loose');
  looseCopy(model, loose);
  const followed = join(cwd, 'followed');
  cpSync(model, followed, { recursive: true, dereference: true });
  for (const folder of [model, loose, followed, join(cwd, 'nothing', 'here')])
    expect(await foreignArtifact(folder)).toBeUndefined();
  rmSync(join(loose, 'config.json'));
  rmSync(join(followed, 'current'), { recursive: true });
  for (const folder of [loose, followed]) expect(await foreignArtifact(folder)).toBeUndefined();
});
