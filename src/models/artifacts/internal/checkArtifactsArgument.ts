import { checkArgument } from '../../../contracts/checkArgument.js';

/**
 * Rejects an argument that is not the artifacts of a model.
 *
 * @param call the function, as its user writes it
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkArtifactsArgument = (call: string, artifacts: unknown): void =>
  checkArgument(call, 'artifacts', artifacts, 'the artifacts of a model, such as loadArtifacts() reads', ['config']);
