import type { ServedModel } from '../../server/generations/ServedModel.js';
import type { LoadedModel } from './model.js';

/** A loaded model in the form that the server needs. The server disposes it. */
export const servedModel = ({ model, artifacts, encoder }: LoadedModel): ServedModel => ({
  model,
  tokenizer: encoder,
  labelEncoder: artifacts.labelEncoder,
  text: artifacts.text,
  about: artifacts,
  dispose: () => model.dispose(),
});
