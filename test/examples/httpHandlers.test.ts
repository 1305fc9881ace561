import type { AddressInfo } from 'node:net';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { application as expressApplication } from '../../examples/express.js';
import { application as fastifyApplication } from '../../examples/fastify.js';
import { openClassifier } from '../../src/inference/openClassifier.js';
import { savedModel } from './savedModel.js';

test('a handler of Express classifies what requests ask', async () => {
  const classify = await openClassifier(await savedModel());
  const server = expressApplication(classify).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const ask = (text: string): Promise<Response> => fetch(`http://127.0.0.1:${port}/classify?text=${text}`);
    const answers = await Promise.all(['goal', 'vote', 'goal'].map(async (text) => (await ask(text)).json()));
    expect(answers).toMatchObject([{ category: 'Sports' }, { category: 'World' }, { category: 'Sports' }]);
    expect((await ask('')).status).toBe(400);
  } finally {
    server.close();
    await classify.close();
  }
});

test('a handler of Fastify classifies what requests ask, and frees the model with the server', async () => {
  const folder = await savedModel();
  const before = memory().numTensors;
  const app = fastifyApplication(await openClassifier(folder));
  const ask = (payload: object) => app.inject({ method: 'POST', url: '/classify', payload });
  expect((await ask({ text: 'vote' })).json()).toMatchObject({ category: 'World' });
  expect((await ask({ text: '' })).statusCode).toBe(400);
  await app.close();
  expect(memory().numTensors).toBe(before);
});
