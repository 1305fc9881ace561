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
Workers that were started with --model ADDRESS take the model while they work. Each checks the hash of every file, and keeps the model
that it has where one is wrong. Each result names the model that made it.

An address is kafka://broker,broker/topic/name or nats://server,server/bucket/name. The topic or the bucket is made where it is not
there. Kafka keeps the files in a second topic, which has .files at the end of its name.

With --share the new model takes a part of the headlines, and the model in use the rest. Publish it again without --share to put it in
use, or publish the other one again to take it back.

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
    .requiredOption('--to <address>', 'where the model is published, and under which name', path)
    .option('--share <share>', 'the share of the headlines that it takes, up to 1', probability, 1)
    .option('--replicas <number>', 'on how many servers models are kept, where the store is made', wholeNumber(1), 1)
    .option('--broker-options <file>', "a JSON file of the broker client's own options, as for TLS and log-in", path)
    .addHelpText('after', HELP)
    .action((folder: string, options: Options) =>
      choose({ work$: publishing(folder, options, terminal), outlivesReader: true }),
    );
