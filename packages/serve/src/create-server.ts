import { OpenAPIHono } from '@hono/zod-openapi';
import { printable, showName, UlmfitError } from '@ulmfit/errors';
import type { Explanation } from '@ulmfit/inference';
import type { Context, Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { BlankEnv } from 'hono/types';
import { BatchQueue } from './batch-queue.js';
import { withDeadline } from './deadline.js';
import { errorAnswer, errorBody } from './error-answer.js';
import { Metrics } from './metrics.js';
import { addPage, pagePolicy } from './page/add-page.js';
import { readJson } from './read-json.js';
import { requireShape } from './require-shape.js';
import { registerRoutes, type Route, routes } from './routes.js';
import { classifySchema, explainSchema } from './schemas.js';
import type { ServedModel } from './served-model.js';
import { serverMetrics } from './server-metrics.js';
import { resolveLimits, type ServerLimits } from './server-options.js';

export interface CreateServerOptions extends ServerLimits {
  /** What is served. Without one the server is live and not ready until `useModel`. */
  readonly model?: ServedModel | undefined;
  /** Whether there is a page at `/` to try the model. Default true. */
  readonly page?: boolean | undefined;
  /** Takes, in a line, what its operator should know: a fault of the server or of the model. Default: `console.error`. */
  readonly log?: ((line: string) => void) | undefined;
}

/** A classifier over HTTP, for any host that calls `fetch`. */
export interface ModelServer {
  /** The application, to mount in another or to add routes and middleware to. */
  readonly app: Hono;
  /** Answers a request, as Bun, Deno, Workers and tests call it. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** What `GET /metrics` gives, to add your own metrics. */
  readonly metrics: Metrics;
  /** Whether a model is there and the server is not ending. */
  readonly ready: boolean;
  /**
   * Serves this model from the next batch on, and drops no request. The one before is disposed when its last batch is done,
   * which the promise waits for.
   */
  useModel(model: ServedModel): Promise<void>;
  /** Says that it is not ready from now on; every request is still answered. */
  end(): void;
  /** Refuses what still waits, and disposes the model. */
  close(): Promise<void>;
}

/**
 * Makes an HTTP application of a classifier: `POST /classify` and `/explain`, `GET /health`, `/metrics`, `/openapi.json` and a page at `/`.
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * const server = createServer({ model: await loadClassifier('https://example.org/models/tickets/') });
 * const response = await server.fetch(
 *   new Request('http://localhost/classify', {
 *     method: 'POST',
 *     headers: { 'content-type': 'application/json' },
 *     body: JSON.stringify({ texts: ['My card was charged twice.'] }),
 *   }),
 * );
 * console.log(await response.json());
 */
export function createServer({
  model: first,
  page = true,
  log = (line) => console.error(line),
  ...given
}: CreateServerOptions): ModelServer {
  const limits = resolveLimits(given);
  const classifyBody = classifySchema(limits);
  const explainBody = explainSchema(limits);
  const metrics = new Metrics();
  let serving: { readonly model: ServedModel; readonly loaded: string } | undefined;
  let isEnding = false;
  const isReady = () => serving !== undefined && !isEnding;
  const figures = serverMetrics(metrics, {
    queued: () => queue.length,
    queueSize: limits.queueSize,
    isReady,
    memory: () => serving?.model.memory,
  });
  const queue: BatchQueue = new BatchQueue({ ...limits, onBatch: figures.batch });

  const app = new OpenAPIHono<BlankEnv>();
  const refuse = (c: Context, error: unknown): Response => {
    const answer = errorAnswer(error);
    if (answer.status === 500) log(`serve: ${told(error)}`);
    // At least a second, and no longer than a client would believe.
    if (answer.status === 429 || answer.status === 503)
      c.header('Retry-After', String(Math.min(60, Math.max(1, Math.ceil(queue.seconds)))));
    c.header('Content-Type', 'application/json');
    return new Response(errorBody(answer), { status: answer.status, headers: c.res.headers });
  };

  app.use(async (c, next) => {
    const asked = performance.now();
    figures.begin();
    try {
      await next();
    } finally {
      const route = (routes as readonly string[]).includes(c.req.path) ? (c.req.path as Route) : 'other';
      figures.end(route, c.res.status, (performance.now() - asked) / 1000);
    }
  });
  app.use(
    secureHeaders({
      contentSecurityPolicy: pagePolicy,
      // What stands before it, and speaks TLS, knows.
      strictTransportSecurity: false,
      xFrameOptions: 'DENY',
    }),
  );
  app.use(async (c, next) => {
    c.header('Cache-Control', 'no-store');
    await next();
  });

  app.post('/classify', (c) =>
    withDeadline(c.req.raw.signal, limits.timeout, async (signal, arrived) => {
      const json = await readJson(c.req.raw, limits.maxBodyBytes, signal);
      arrived();
      const { texts } = requireShape(classifyBody, json);
      requireModel();
      const predictions = await queue.submit(texts, signal);
      figures.texts(texts.length);
      return c.json({ predictions });
    }),
  );
  app.post('/explain', (c) =>
    withDeadline(c.req.raw.signal, limits.timeout, async (signal, arrived) => {
      const json = await readJson(c.req.raw, limits.maxBodyBytes, signal);
      arrived();
      const { text, classes } = requireShape(explainBody, json);
      requireModel();
      if (!/\S/.test(text))
        throw new UlmfitError('EMPTY_TEXT', 'the text holds no words; send one that does');
      return c.json(
        await queue.alone((model) => explained(model, text, classes, signal), EXPLAIN_PLACES, signal),
      );
    }),
  );
  app.get('/health', (c) => c.json(health(), isReady() ? 200 : 503));
  app.get('/health/live', (c) => c.json(health()));
  app.get('/metrics', (c) => c.text(metrics.text(), 200, { 'Content-Type': 'text/plain; version=0.0.4' }));
  registerRoutes(app, limits);
  if (page) addPage(app);

  app.onError((error, c) => refuse(c, error));
  app.notFound((c) => {
    const { path, method } = c.req;
    const isRoute = (routes as readonly string[]).includes(path) && (page || path !== '/');
    if (!isRoute)
      return refuse(
        c,
        new UlmfitError('NO_SUCH_ROUTE', 'nothing is here; GET /openapi.json lists what there is'),
      );
    const allowed = path === '/classify' || path === '/explain' ? 'POST' : 'GET';
    c.header('Allow', allowed);
    return refuse(c, new UlmfitError('BAD_METHOD', `${path} does not take ${method}; use ${allowed}`));
  });

  const health = () => ({
    live: true as const,
    ready: isReady(),
    classes: serving?.model.classes ?? [],
    multiLabel: serving?.model.multiLabel ?? false,
    explains: serving?.model.explain !== undefined,
    loaded: serving?.loaded ?? null,
  });
  const requireModel = () => {
    if (!serving)
      throw new UlmfitError('NOT_READY', 'no model is loaded; retry after the seconds in Retry-After');
  };

  const useModel = async (model: ServedModel | undefined): Promise<void> => {
    serving = model && { model, loaded: new Date().toISOString() };
    void model?.ended?.then((reason) => {
      if (serving?.model !== model) return;
      log(`serve: ${told(reason)}`);
      serving = undefined;
      // Its weights are gone with it.
      queue.use(undefined).catch(() => undefined);
    });
    await queue.use(model);
  };
  if (first) void useModel(first);

  return {
    app,
    fetch: (request) => app.fetch(request),
    metrics,
    get ready() {
      return isReady();
    },
    useModel,
    end: () => {
      isEnding = true;
    },
    close: async () => {
      isEnding = true;
      queue.refuse(new UlmfitError('NOT_READY', 'the server is ending; ask another'));
      await useModel(undefined);
    },
  };
}

/** An explanation takes about as long as this many texts. */
const EXPLAIN_PLACES = 16;

async function explained(
  model: ServedModel,
  text: string,
  asked: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Explanation> {
  if (!model.explain)
    throw new UlmfitError('NO_EXPLANATION', 'this model gives no explanations; use POST /classify');
  const unknown = asked?.find((name) => !model.classes.includes(name));
  if (unknown !== undefined)
    throw new UlmfitError(
      'BAD_REQUEST',
      `the body: classes: unknown class ${showName(unknown)}; GET /health lists the classes`,
    );
  if (asked) return model.explain(text, { classes: asked, signal });
  for await (const prediction of model.classify([text], { signal })) {
    // Of a text that may have several classes and has none, the most probable one.
    const classes = prediction && (prediction.labels.length > 0 ? prediction.labels : [prediction.label]);
    if (classes) return model.explain(text, { classes, signal });
  }
  throw new UlmfitError('EMPTY_TEXT', 'the text holds no words; send one that does');
}

/** An error in a line; a bug with the place that threw it. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error));
  if (error instanceof UlmfitError) return error.message;
  return printable((error.stack ?? error.message).replace(/\s*\n\s*/g, ' '));
}
