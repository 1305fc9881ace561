import { beforeAll, describe } from 'vitest';
import { jetStreamModels } from '../../src/brokers/nats/jetStreamModels.js';
import { workFolder } from '../cli/headwater.js';
import { trainTiny } from '../cli/tiny.js';
import { checksLearner } from './learnerChecks.js';
import { natsProgram } from './natsServer.js';
import { useNats } from './useNats.js';

const cwd = workFolder();

describe.skipIf(natsProgram === undefined)('a learner on NATS JetStream', () => {
  const nats = useNats();
  beforeAll(async () => {
    await Promise.all([nats.addStream('LABELS', 'labels'), trainTiny(cwd)]);
  });

  checksLearner({
    cwd,
    labels: () => `${nats.url}/LABELS`,
    models: (name) => `${nats.url}/MODELS/${name}`,
    open: () => jetStreamModels({ connection: nats.connection, bucket: 'MODELS' }),
    publish: (values) => Promise.all(values.map((value) => nats.js.publish('labels', value))),
  });
});
