import type { Explanation, LivePrediction } from '../../contracts/live/Live.js';

const time = (ms: number): string => JSON.stringify(new Date(ms));

/**
 * Class names with their probabilities, the most probable first. The JSON is built as text, because an object would
 * place a class named "2" before a class named "b". The probabilities are finite numbers, so their text is valid JSON.
 */
const probabilities = ({ distribution }: LivePrediction): string =>
  `{${distribution.map(({ category, probability }) => `${JSON.stringify(category)}:${probability}`).join(',')}}`;

/** The answer to a client: the fields that identify the headline, and its prediction. */
export const answerJson = (prediction: LivePrediction): string => {
  const { headline, category, known, latencyMs, modelId } = prediction;
  const guid = headline.guid === undefined ? '' : `"guid":${JSON.stringify(headline.guid)},`;
  const model = modelId === undefined ? '' : `,"model":${JSON.stringify(modelId)}`;
  const title = `"title":${JSON.stringify(headline.title)},"class":${JSON.stringify(category)}`;
  const read = `"probabilities":${probabilities(prediction)},"known":${known}`;
  return `{${guid}${title},${read},"latencyMs":${latencyMs}${model}}`;
};

/** The event about a live headline for listeners. It also has the source of the headline. */
export const predictionEventJson = (prediction: LivePrediction): string => {
  const { source, link, published, seen, key, correction } = prediction.headline;
  const named = key === undefined ? '' : `,"key":${JSON.stringify(key)}`;
  const corrects = correction === true ? ',"correction":true' : '';
  const linked = link === undefined ? '' : `,"link":${JSON.stringify(link)}`;
  const dated = published === undefined ? '' : `,"published":${time(published)}`;
  const fields = `"source":${JSON.stringify(source)}${linked}${dated}${named}${corrects},"seen":${time(seen)}`;
  return `${answerJson(prediction).slice(0, -1)},${fields}}`;
};

/** The answer to a request for an explanation. */
export const explanationJson = ({ prediction, words }: Explanation): string =>
  `${answerJson(prediction).slice(0, -1)},"words":${JSON.stringify(words)}}`;
