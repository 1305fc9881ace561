/**
 * Classifies the headlines of feeds as they come, with a model that was saved before.
 *
 *     npm start
 *     npx tsx examples/live.ts artifacts https://example.org/feed.xml https://example.com/atom.xml
 */
import { defer, finalize, type Observable, switchMap } from 'rxjs';
import {
  classifyLive,
  dedupe,
  describeRejection,
  type LivePrediction,
  loadArtifacts,
  microBatch,
  pollFeed,
  type PollFeedOptions,
  restoreClassifier,
} from 'headwater';

/** Feeds that cannot be read for now, and items that cannot be read at all. */
const tell: PollFeedOptions = {
  events: { next: (event) => event.type === 'failed' && console.error(event.message) },
  rejections: { next: (rejection) => console.error(describeRejection(rejection)) },
};

/** One prediction for each headline that was not there before; it goes on until it is unsubscribed from. */
export const live = (
  feeds: readonly string[],
  directory: string,
  options: PollFeedOptions = tell,
): Observable<LivePrediction> =>
  defer(loadArtifacts(directory)).pipe(
    switchMap((loaded) => {
      if (loaded._tag === 'Left') throw loaded.left;
      const { tokenizer, labelEncoder } = loaded.right;
      const model = restoreClassifier(loaded.right);
      // Deferred, so that the model is freed too where there is no feed to poll.
      return defer(() => pollFeed(feeds, options)).pipe(
        dedupe(),
        microBatch({ maxSize: 64, maxWaitMs: 20 }),
        classifyLive({ model, tokenizer, labelEncoder }),
        finalize(() => model.dispose()),
      );
    }),
  );

if (process.argv[1] === import.meta.filename) {
  const [directory = 'artifacts', ...feeds] = process.argv.slice(2);
  live(feeds, directory).subscribe({
    next: ({ headline, category, distribution }) =>
      console.log(category, distribution[0]?.probability.toFixed(3), headline.title),
    error: ({ message }: Error) => {
      console.error(message);
      process.exitCode = 1;
    },
  });
}
