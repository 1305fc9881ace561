import type { Explanation, LivePrediction } from '../../contracts/live/Live.js';

const time = (ms: number): string => JSON.stringify(new Date(ms));

/**
 * Class names with their probabilities, the most probable first. Written by hand: an object would put a class named "2"
 * before one named "b". A finite number, as these are, is written in JSON as anywhere.
 */
const probabilities = ({ distribution }: LivePrediction): string =>
  `{${distribution.map(({ category, probability }) => `${JSON.stringify(category)}:${probability}`).join(',')}}`;

/**
 * What a client that asked is answered: the headline as far as it is needed to know it again, and what the model makes
 * of it.
 */
export const answerJson = (prediction: LivePrediction): string => {
  const { headline, category, known, latencyMs, modelId } = prediction;
  const guid = headline.guid === undefined ? '' : `"guid":${JSON.stringify(headline.guid)},`;
  const model = modelId === undefined ? '' : `,"model":${JSON.stringify(modelId)}`;
  return `{${guid}"title":${JSON.stringify(headline.title)},"class":${JSON.stringify(category)},"probabilities":${probabilities(prediction)},"known":${known},"latencyMs":${latencyMs}${model}}`;
};

/** What listeners are told of a headline that arrived: where it came from, too. */
export const predictionEventJson = (prediction: LivePrediction): string => {
  const { source, link, published, seen, key, correction } = prediction.headline;
  const named = key === undefined ? '' : `,"key":${JSON.stringify(key)}`;
  const corrects = correction === true ? ',"correction":true' : '';
  const linked = link === undefined ? '' : `,"link":${JSON.stringify(link)}`;
  const dated = published === undefined ? '' : `,"published":${time(published)}`;
  return `${answerJson(prediction).slice(0, -1)},"source":${JSON.stringify(source)}${linked}${dated}${named}${corrects},"seen":${time(seen)}}`;
};

/** What a client is answered that wants to know why. */
export const explanationJson = ({ prediction, words }: Explanation): string =>
  `${answerJson(prediction).slice(0, -1)},"words":${JSON.stringify(words)}}`;
