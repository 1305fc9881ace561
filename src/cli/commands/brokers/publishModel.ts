import { Command } from 'commander';
import { defer, finalize, from, type Observable, switchMap, tap } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { encodeArtifacts } from '../../../models/artifacts/encodeArtifacts.js';
import { loadArtifacts } from '../../../models/artifacts/loadArtifacts.js';
import { modelAddress } from '../../brokers/brokerAddress.js';
import { openModels } from '../../brokers/brokerClients.js';
import { readBrokerOptions } from '../../brokers/brokerOptions.js';
import { path, probability, wholeNumber } from '../../process/argument.js';
import { fromTask } from '../../process/fromTask.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';

interface Options {
  readonly to: string;
  readonly share: number;
  readonly replicas: number;
  readonly brokerOptions?: string;
}

const HELP = `
Workers that were started with --model ADDRESS load the new model while they work. Each worker checks the hash
of every file. If one is wrong, it keeps its present model. Each result names the model that made it.

An address is kafka://broker,broker/topic/name or nats://server,server/bucket/name. A missing topic or bucket
is created. Kafka stores the files in a second topic, whose name ends with .files.

With --share, the new model classifies a share of the headlines, and the model in use classifies the others.
Publish the new model again without --share to use it for all headlines. To withdraw it, publish the other
model again.

Examples:
  $ headwater publish-model models/news --to nats://n1,n2/MODELS/news --replicas 3
  $ headwater publish-model models/better --to kafka://b1,b2/models/news --share 0.1
`;

const publishing = (folder: string, options: Options, { stdout }: Terminal): Observable<unknown> =>
  defer(() => {
    const address = modelAddress(options.to, '--to');
    if (options.share === 0)
      throw new HeadwaterError(
        'HW_USAGE',
        '--share is 0, but must be above 0, up to 1. Leave it out for all headlines.',
      );
    return fromTask(loadArtifacts(folder)).pipe(
      switchMap((artifacts) =>
        from(readBrokerOptions(options.brokerOptions)).pipe(
          switchMap((client) => openModels(address, client, { replicas: options.replicas })),
          switchMap((store) =>
            from(store.publish(address.name, { files: encodeArtifacts(artifacts), share: options.share })).pipe(
              finalize(() => void store.close()),
            ),
          ),
        ),
      ),
      tap(({ inUse, candidate }) =>
        stdout.write(
          candidate === undefined
            ? `${inUse.id}\n`
            : `${candidate.model.id} for ${candidate.share} of the headlines, ${inUse.id} for the rest\n`,
        ),
      ),
    );
  });

/** `headwater publish-model`. */
export const publishModelCommand = (terminal: Terminal, choose: Choose): Command =>
  new Command('publish-model')
    .description('publish a saved model on a broker, for workers to take while they work')
    .argument('<dir>', 'the folder of the saved model', path)
    .requiredOption('--to <address>', 'the address under which the model is published', path)
    .option('--share <share>', 'the share of the headlines that it classifies, up to 1', probability, 1)
    .option(
      '--replicas <number>',
      'the number of servers that store the models, if the store is created',
      wholeNumber(1),
      1,
    )
    .option('--broker-options <file>', "a JSON file of the broker client's own options, as for TLS and log-in", path)
    .addHelpText('after', HELP)
    .action((folder: string, options: Options) =>
      choose({ work$: publishing(folder, options, terminal), outlivesReader: true }),
    );
