/**
 * Classifies in a handler of Fastify: the model is opened once, and closed with the server.
 *
 *     npx tsx examples/trainByHand.ts
 *     npx tsx examples/fastify.ts artifacts/by-hand
 *     curl --json '{"text": "The final tennis tournament starts next week."}' http://127.0.0.1:3000/classify
 */
import fastify, { type FastifyInstance } from 'fastify';
import { openClassifier, type TextClassifier } from 'headwater';

const SCHEMA = {
  body: {
    type: 'object',
    required: ['text'],
    properties: { text: { type: 'string', minLength: 1, maxLength: 1000 } },
  },
} as const;

export const application = (classify: TextClassifier): FastifyInstance => {
  const app = fastify();
  app.post<{ Body: { text: string } }>('/classify', { schema: SCHEMA }, ({ body }) => classify(body.text));
  app.addHook('onClose', () => classify.close());
  return app;
};

if (process.argv[1] === import.meta.filename) {
  const app = application(await openClassifier(process.argv[2] ?? 'artifacts/by-hand'));
  console.log(await app.listen({ port: 3000, host: '127.0.0.1' }));
  process.once('SIGINT', () => void app.close());
}
