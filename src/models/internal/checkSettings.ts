import { checkTypes, checkWhole } from '../../contracts/checkOption.js';

/** The settings that all models have. */
interface CommonSettings {
  readonly seed: number;
  readonly name?: string | undefined;
  readonly backend?: string | undefined;
  readonly embeddingSpread?: number | undefined;
}

/**
 * Checks the settings of a model that all models have.
 *
 * @param call the function, as its user writes it
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkSettings = (call: string, settings: CommonSettings): void => {
  checkWhole(call, 'seed', settings.seed);
  checkTypes(call, settings, { name: 'string', backend: 'string', embeddingSpread: 'number' });
};
