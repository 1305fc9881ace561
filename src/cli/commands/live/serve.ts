import { Command } from 'commander';
import { ReplaySubject } from 'rxjs';
import { SCOPES } from '../../../server/http/AccessToken.js';
import { DEFAULT_LIMITS } from '../../../server/queue/ServerLimits.js';
import { addBrokerOptions } from '../../brokers/brokerHeadlines.js';
import { addFeedOptions } from '../../live/feedOptions.js';
import { path, port, probability, seconds, secondsOrNone, wholeNumber } from '../../process/argument.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';
import { type ServeFlags, TOKEN_VARIABLE } from '../../serving/ServeFlags.js';
import { servingJob } from '../../serving/servingJob.js';
import { addBackendOptions } from '../../training/options/trainingOptions.js';

const HELP = `
The server prints its URL on stdout when it is ready. The URL opens as a page: headlines as they arrive, and
the words that changed a prediction. POST /classify takes headlines, as JSON or JSON lines. GET /events sends
the headlines of the feeds as they arrive. GET /openapi.json describes all paths.

SIGTERM or Ctrl-C stops the server with status 0 when it has answered what is unfinished. A second signal
stops it at once. SIGHUP, or POST /admin/reload, loads the model again and uses it without a pause; POST
/admin/rollback puts the one before in use. A SIGHUP undoes no rollback and no promotion, unless the model was
saved again. Behind a load balancer, let --drain-delay be longer than the balancer takes to notice that
/readyz says 503. Feeds are added and removed by POST /admin/feeds and /admin/feeds/remove, if the server has
a token. The environment variable ${TOKEN_VARIABLE} can hold the token instead of --token.

Examples:
  $ headwater serve --model models/news
  $ curl --json '{"title": "The final starts next week"}' http://127.0.0.1:8080/classify
  $ headwater serve --model models/news --feed https://example.org/feed.xml
  $ export ${TOKEN_VARIABLE}=$(openssl rand -hex 24)
  $ headwater serve --model models/news --host 0.0.0.0 --allow-host news.example
`;

/** How long the access log on stdout may take to be read at the end. Milliseconds. */
const PATIENCE_MS = 2000;

const listOf = (value: string, before: readonly string[]): readonly string[] => [...before, path(value)];

/** `headwater serve`. */
export const serveCommand = (terminal: Terminal, choose: Choose): Command =>
  addBackendOptions(
    addBrokerOptions(
      addFeedOptions(
        new Command('serve')
          .description('classify headlines over HTTP, and the headlines of feeds as they arrive')
          .requiredOption('--model <dir>', 'the folder of the saved model', path)
          .option(
            '--feed <address...>',
            'classify the headlines of these feeds and send them to the listeners of /events; named as for watch',
            listOf,
            [],
          )
          .option('--opml <source>', 'also the feeds in this OPML file or URL', path)
          .option('--filter <classes>', 'send only these classes to the listeners, separated by commas'),
      ),
    )
      .option(
        '--host <address>',
        'the address to listen on; any other than a loopback address requires a token',
        path,
        '127.0.0.1',
      )
      .option('--port <n>', 'the port; 0 takes a free one', port, 8080)
      .option('--token <token>', 'the token that clients must send, as Authorization: Bearer TOKEN', path)
      .option(
        '--tokens <file>',
        `a JSON file of tokens, each with a name and the scopes that it allows: ${SCOPES.join(', ')}; ` +
          'SIGHUP reads it again',
        path,
      )
      .option(
        '--access-log <file>',
        'append each request to this file, as a JSON line with its trace; - for stdout; SIGHUP opens the file again',
        path,
      )
      .option('--allow-host <name...>', 'a host name that clients may use, besides the address', listOf, [])
      .option(
        '--allow-origin <origin...>',
        'an origin whose pages may send requests, such as https://news.example',
        listOf,
        [],
      )
      .option(
        '--max-body <bytes>',
        'size limit of a JSON document, and of one JSON line',
        wholeNumber(1),
        DEFAULT_LIMITS.bodyBytes,
      )
      .option('--max-batch <n>', 'the most headlines in one document', wholeNumber(1), DEFAULT_LIMITS.batch)
      .option('--max-queue <n>', 'the most headlines that may wait for the model', wholeNumber(1), DEFAULT_LIMITS.queue)
      .option('--max-connections <n>', 'the most open connections', wholeNumber(1), DEFAULT_LIMITS.connections)
      .option('--max-listeners <n>', 'the most clients of /events', wholeNumber(1), DEFAULT_LIMITS.listeners)
      .option(
        '--state <dir>',
        'remember in this folder which headlines were classified, ' +
          'and the events, so that a restart loses and repeats none',
        path,
      )
      .option('--history <n>', 'how many events to keep for clients of /events that reconnect', wholeNumber(1), 1000)
      .option(
        '--labels <file>',
        'append the right classes that people give (POST /labels, ' +
          'and the page) to this file of JSON lines, which train takes',
        path,
      )
      .option('--learn', 'learn from each label of --labels while serving; a model that gets worse by it is set back')
      .option('--watch-model', 'reload the model when it was saved into its folder again')
      .option('--candidate <dir>', 'the folder of a second model, which is compared with the one in use', path)
      .option(
        '--canary <share>',
        'let the candidate answer this share of the headlines, from 0 to 1, instead of comparing it',
        probability,
      )
      .option('--warm-up <seconds>', 'how long to warm up the model before /readyz says 200', secondsOrNone, 1)
      .option('--drain <seconds>', 'how long to wait at the end for unfinished answers', seconds, 10)
      .option(
        '--drain-delay <seconds>',
        'how long to serve new requests after SIGTERM while /readyz says 503, so that a load balancer can notice',
        secondsOrNone,
        0,
      ),
  )
    .addHelpText('after', HELP)
    .action((options: ServeFlags) => {
      // A signal may arrive before the model is loaded.
      const drain$ = new ReplaySubject<void>(1);
      const finish = (): boolean => {
        drain$.next();
        return true;
      };
      choose({
        work$: servingJob(options, drain$, terminal),
        outlivesReader: true,
        outlivesHangup: true,
        patienceMs: PATIENCE_MS,
        finish,
      });
    });
