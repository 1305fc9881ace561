/**
 * Classifies in a handler of Express: a saved model is opened once, and each request calls it. Requests that come
 * together are classified together.
 *
 *     npx tsx examples/trainByHand.ts
 *     npx tsx examples/express.ts artifacts/by-hand
 *     curl 'http://127.0.0.1:3000/classify?text=The+final+tennis+tournament+starts+next+week.'
 */
import express, { type Express } from 'express';
import { openClassifier, type TextClassifier } from 'headwater';

/** The most characters of a text that is classified. */
const LONGEST = 1000;

export const application = (classify: TextClassifier): Express => {
  const app = express();
  app.get('/classify', async (request, response) => {
    const { text } = request.query;
    if (typeof text !== 'string' || text.trim() === '' || text.length > LONGEST) {
      response.status(400).json({ error: `Give a text of 1 to ${LONGEST} characters: /classify?text=…` });
      return;
    }
    response.json(await classify(text));
  });
  return app;
};

if (process.argv[1] === import.meta.filename) {
  const classify = await openClassifier(process.argv[2] ?? 'artifacts/by-hand');
  const server = application(classify).listen(3000, '127.0.0.1', () => console.log('http://127.0.0.1:3000'));
  process.once('SIGINT', () => server.close(() => void classify.close()));
}
