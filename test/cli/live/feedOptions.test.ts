import { expect, it } from 'vitest';
import { contactLine, feedRules } from '../../../src/cli/live/feedOptions.js';
import { watchedFeeds } from '../../../src/cli/live/watchedFeed.js';

const line = (names: readonly string[], contact?: string, env: NodeJS.ProcessEnv = {}): string =>
  contactLine(watchedFeeds(names), feedRules(contact === undefined ? {} : { contact }, env));

it.each([['https://example.org/feed.xml'], ['sse+https://example.org/news'], ['wss://example.org/news']])(
  'who asks %s is told to say how it can be reached, until it does',
  (feed) => {
    expect(line(['-', feed])).toBe(
      'The operators of the feeds cannot reach you: give an address of the ' +
        'web or of mail with --contact, or in HEADWATER_CONTACT.\n',
    );
    expect(line([feed], 'me@example.org')).toBe('');
    expect(line([feed], undefined, { HEADWATER_CONTACT: 'me@example.org' })).toBe('');
    expect(line([feed], undefined, { HEADWATER_CONTACT: '' })).not.toBe('');
  },
);

it.each([['http://127.0.0.1:8000/feed.xml'], ['http://localhost/feed.xml'], ['ws://[::1]/'], ['feed.xml'], ['-']])(
  'who asks %s asks nobody else',
  (feed) => {
    expect(line([feed])).toBe('');
  },
);

it('what is said on the command line counts before the environment', () => {
  expect(feedRules({ contact: 'me@example.org' }, { HEADWATER_CONTACT: 'us@example.org' }).contact).toBe(
    'me@example.org',
  );
});
