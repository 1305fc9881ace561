import { restoreModel } from '../../models/artifacts/restoreModel.js';
import type { ServedModel } from '../../server/generations/ServedModel.js';
import { NO_BACKEND } from '../backends/backendLine.js';
import type { LoadedModel } from './model.js';

/** A loaded model in the form that the server needs. The server disposes it. */
export const servedModel = ({ model, artifacts, encoder, backend }: LoadedModel): ServedModel => ({
  model,
  tokenizer: encoder,
  labelEncoder: artifacts.labelEncoder,
  text: artifacts.text,
  about: artifacts,
  unlearnt: () => restoreModel(artifacts, backend.name === NO_BACKEND.name ? {} : { backend: backend.name }),
  dispose: () => model.dispose(),
});
