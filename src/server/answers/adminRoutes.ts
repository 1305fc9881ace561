import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { sendText } from './answer.js';
import { Refusal } from '../http/Refusal.js';
import type { Handler, Route } from '../http/Route.js';
import type { Generations } from '../generations/Generations.js';
import type { Reloaded } from '../generations/reloading.js';

/** What the admin routes use. */
export interface AdminRoutesOptions {
  readonly generations: Generations;
  readonly reload: () => Promise<Reloaded>;
  readonly failed: (error: unknown) => void;
}

/** The routes that change the model in use. Each change is a POST request without a body. */
export const adminRoutes = ({
  generations,
  reload,
  failed,
}: AdminRoutesOptions): readonly (readonly [path: string, route: Route])[] => {
  const models: Handler = (_request, response) =>
    sendText(response, 200, 'application/json', JSON.stringify(generations.view()));

  const reloadModel: Handler = async (_request, response) => {
    let reloaded: Reloaded;
    try {
      reloaded = await reload();
    } catch (error) {
      failed(error);
      throw new Refusal(
        'not-loaded',
        'The model was not reloaded, and the one in use stays. ' +
          (error instanceof HeadwaterError ? error.message : 'The log of the server has the reason.'),
      );
    }
    sendText(response, 200, 'application/json', JSON.stringify({ ...reloaded, ...generations.view() }));
  };

  const change =
    (done: () => boolean, otherwise: string): Handler =>
    (request, response) => {
      if (!done()) throw new Refusal('no-model', otherwise);
      return models(request, response);
    };

  return [
    ['/admin/models', { handlers: { GET: models }, probe: false, scope: 'admin' }],
    ['/admin/reload', { handlers: { POST: reloadModel }, probe: false, scope: 'admin' }],
    [
      '/admin/rollback',
      {
        handlers: { POST: change(() => generations.rollback(), 'There is no model before the one in use.') },
        probe: false,
        scope: 'admin',
      },
    ],
    [
      '/admin/promote',
      {
        handlers: { POST: change(() => generations.promote(), 'There is no candidate.') },
        probe: false,
        scope: 'admin',
      },
    ],
  ];
};
