import type { Command } from 'commander';
import { defer, finalize, from, type Observable, switchMap, tap } from 'rxjs';
import type { MessageLog } from '../../brokers/MessageLog.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { jsonLine } from '../../sinks/jsonLine.js';
import { path, wholeNumber } from '../process/argument.js';
import type { Terminal } from '../process/Terminal.js';
import { brokerAddress, modelAddress } from './brokerAddress.js';
import { kafkaAt, natsAt, openModels } from './brokerClients.js';
import { readBrokerOptions } from './brokerOptions.js';
import { type LearntModel, learner } from './learner.js';

/** The options for learning from a broker. */
export interface BrokerLearning {
  readonly from?: string;
  readonly to?: string;
  readonly every: number;
  readonly batchSize: number;
  readonly lr?: number;
  readonly once?: boolean;
  readonly brokerOptions?: string;
  readonly json?: boolean;
}

/** Adds these options to a command. */
export const addBrokerLearning = (command: Command): Command =>
  command
    .option('--from <address>', 'a stream or topic of a broker that labels come from', path)
    .option('--to <address>', 'where the model is published on a broker, and under which name', path)
    .option('--every <number>', 'with --from: how many messages make a model that is published', wholeNumber(1), 1000)
    .option('--batch-size <number>', 'with --from: how many labels make a step', wholeNumber(1), 32)
    .option('--once', 'with --from: learn from the labels that are there, then end')
    .option('--broker-options <file>', "a JSON file of the broker client's own options, as for TLS and log-in", path);

const learntLine = ({ model, position, labels, accuracy, leftOut, setBack }: LearntModel): string =>
  `model ${model}, up to message ${position}: ${(accuracy * 100).toFixed(1)} % of ${labels} ` +
  `labels right before it learnt from them${leftOut === 0 ? '' : `, ${leftOut} messages left out`}` +
  (setBack ? '; it did worse than before, and was set back' : '');

/**
 * Learns from the labels of a broker, and publishes a model after a given number of them. Writes a line for each model.
 *
 * @throws HeadwaterError `HW_USAGE` if an address is invalid
 */
export const learnFromBroker = (options: BrokerLearning, { stdout }: Terminal): Observable<unknown> => {
  if (options.from === undefined || options.to === undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      `${options.from === undefined ? '--from' : '--to'} is missing. Give both to learn from labels on a broker.`,
    );
  const labels = brokerAddress(options.from, '--from');
  const models = modelAddress(options.to, '--to');
  if (labels.kind === 'standard')
    throw new HeadwaterError('HW_USAGE', '--from - is no broker. Give the topic or the stream that has the labels.');
  const { kind, servers, name } = labels;
  return defer(() => readBrokerOptions(options.brokerOptions)).pipe(
    switchMap((client) =>
      from(openModels(models, client, { soleFor: models.name })).pipe(
        switchMap((store) => {
          const open = async function* (after: number | undefined): MessageLog {
            const place = { after, once: options.once === true };
            if (kind === 'nats') {
              const { jetStreamLog } = await import('../../brokers/nats/jetStreamLog.js');
              yield* jetStreamLog({ ...place, connection: natsAt(servers, client), stream: name });
            } else {
              const { kafkaLog } = await import('../../brokers/kafka/kafkaLog.js');
              yield* kafkaLog({ ...place, client: kafkaAt(servers, client), topic: name });
            }
          };
          const learnt = learner({
            store,
            name: models.name,
            labels: `${kind}:${name}`,
            open,
            every: options.every,
            batchSize: options.batchSize,
            learningRate: options.lr,
            backend: undefined,
          });
          return from(learnt).pipe(
            tap((model) => stdout.write(`${options.json === true ? jsonLine(model) : learntLine(model)}\n`)),
            finalize(() => {
              void learnt.return(undefined).finally(() => store.close());
            }),
          );
        }),
      ),
    ),
  );
};
