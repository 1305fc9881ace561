import type { PaddedBatch } from '../../../contracts/rows/PaddedBatch.js';
import type { StateDict } from '../../../contracts/models/StateDict.js';
import { softmaxRows } from '../../internal/softmaxRows.js';
import { labelWeight } from '../../../ops/internal/lossShares.js';
import { evaluateLogits } from '../../internal/evaluateLogits.js';
import { entriesUnder, prefixed } from '../../internal/entriesUnder.js';
import type { WideGru, WideGruSettings } from '../WideGruSettings.js';
import type { WideGruConfig } from '../WideGruConfig.js';

/** Makes one network of a configuration. */
export type MakeWideGru = (config: WideGruConfig, settings: WideGruSettings) => WideGru;

/** The prefix of the names of a member's weights. */
export const memberPrefix = (member: number): string => `members.${member}.`;

/** The configuration of each member of a wide GRU with several: its logits are not divided by the temperature. */
export const memberConfig = (config: WideGruConfig): WideGruConfig => ({
  ...config,
  members: undefined,
  temperature: 1,
});

/** Combines the states of all members into one, each with its prefix. */
const together = (networks: readonly WideGru[], stateOf: (network: WideGru) => StateDict): StateDict =>
  new Map(networks.flatMap((network, member) => Array.from(prefixed(memberPrefix(member), stateOf(network)))));

/** The mean of the attention of all networks. */
const meanAttention = (networks: readonly WideGru[], batch: PaddedBatch): Float32Array => {
  const sum = new Float32Array(batch.size * batch.time);
  for (const network of networks) network.attention?.(batch).forEach((share, i) => (sum[i]! += share));
  return sum.map((share) => share / networks.length);
};

/**
 * Makes one model from several networks that differ by their seeds:
 *
 *     logits = 1/M · Σₘ network_m(row)
 *
 * Each network learns from its own loss, independently of the others.
 *
 * @param make makes one network
 */
export const meanOfNetworks = (config: WideGruConfig, settings: WideGruSettings, make: MakeWideGru): WideGru => {
  const { members = 1, classes, temperature } = config;
  const { seed, name = 'wide-gru', classWeights, weights } = settings;
  const own = memberConfig(config);
  const networks: WideGru[] = [];
  const dispose = (): void => {
    for (const network of networks) network.dispose();
  };
  try {
    for (let member = 0; member < members; member++)
      networks.push(
        make(own, {
          ...settings,
          seed: seed + member,
          weights: weights && entriesUnder(memberPrefix(member), weights),
        }),
      );
  } catch (error) {
    dispose();
    throw error;
  }

  const logits: WideGru['logits'] = (batch) => {
    const sum = new Float32Array(batch.size * classes);
    for (const network of networks) network.logits(batch).forEach((value, i) => (sum[i]! += value));
    const share = 1 / (members * temperature);
    return sum.map((value) => value * share);
  };
  const each = (work: (network: WideGru, prefix: string) => void): void =>
    networks.forEach((network, member) => work(network, memberPrefix(member)));

  return {
    name,
    classes,
    config,
    backend: networks[0]!.backend, // the configuration has at least two members

    trainBatch: (batch, context) => {
      const results = networks.map((network) => network.trainBatch(batch, context));
      const loss = results.reduce((sum, result) => sum + result.loss, 0) / members;
      return { loss, weight: labelWeight(batch.labels, classWeights) };
    },

    evaluateBatch: (batch) => evaluateLogits(logits(batch), batch.labels, classes, classWeights),

    predictBatch: (batch) => softmaxRows(logits(batch), classes),
    logits,
    ...(config.pooling === 'attention' ? { attention: (batch: PaddedBatch) => meanAttention(networks, batch) } : {}),

    stateDict: () => together(networks, (network) => network.stateDict()),
    loadStateDict: (state) => each((network, prefix) => network.loadStateDict(entriesUnder(prefix, state))),
    optimizerState: () => together(networks, (network) => network.optimizerState()),
    loadOptimizerState: (state) => each((network, prefix) => network.loadOptimizerState(entriesUnder(prefix, state))),
    renewTokens: (tokens, like) => each((network) => network.renewTokens(tokens, like)),
    dispose,
  };
};
