import type { OpenAPIHono, RouteConfig, z } from '@hono/zod-openapi';
import type { BlankEnv } from 'hono/types';
import {
  classifySchema,
  errorSchema,
  explainSchema,
  explanationSchema,
  healthSchema,
  predictionsSchema,
} from './schemas.js';
import type { ResolvedLimits } from './server-options.js';

/** Where there is something. */
export const routes = [
  '/',
  '/page.css',
  '/page.js',
  '/classify',
  '/explain',
  '/health',
  '/health/live',
  '/metrics',
  '/openapi.json',
] as const;
export type Route = (typeof routes)[number];

const json = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': { schema } },
});

/** The answers that say that something is wrong. */
const errors = (limits: ResolvedLimits) => ({
  400: json('`BAD_REQUEST`: the body is not JSON, or of another form than here.', errorSchema),
  408: json(
    `\`REQUEST_TOO_SLOW\`: the request had not come whole within ${limits.timeout} seconds.`,
    errorSchema,
  ),
  413: json(
    `\`REQUEST_TOO_LARGE\`: more than ${limits.maxBodyBytes} bytes, ${limits.maxTexts} texts, or ${limits.maxCharacters} characters in a text.`,
    errorSchema,
  ),
  415: json('`NOT_JSON`: the Content-Type is not application/json.', errorSchema),
  429: {
    ...json(
      `\`QUEUE_FULL\`: ${limits.queueSize} texts wait already. Try again after the seconds of Retry-After.`,
      errorSchema,
    ),
    headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' as const, minimum: 1 } } },
  },
  500: json('`SERVER_FAULT`: the server or its model failed; its log says why.', errorSchema),
  503: json(
    '`NOT_READY`, `MODEL_ENDED`: no model is loaded at the moment. Try again after the seconds of Retry-After.',
    errorSchema,
  ),
  504: json(`\`TIMED_OUT\`: not done within ${limits.timeout} seconds.`, errorSchema),
});

/** Says in `/openapi.json` what there is. */
export function registerRoutes(app: OpenAPIHono<BlankEnv>, limits: ResolvedLimits): void {
  const describe = (route: RouteConfig & { readonly path: Route }) => app.openAPIRegistry.registerPath(route);
  describe({
    method: 'post',
    path: '/classify',
    summary: 'Classify texts',
    operationId: 'classify',
    request: { body: { ...json('The texts.', classifySchema(limits)), required: true } },
    responses: { 200: json('Their predictions, in their order.', predictionsSchema), ...errors(limits) },
  });
  describe({
    method: 'post',
    path: '/explain',
    summary: 'Say how much each word speaks for a class',
    operationId: 'explain',
    request: { body: { ...json('The text.', explainSchema(limits)), required: true } },
    responses: {
      200: json('What each token adds to the logit of each class.', explanationSchema),
      ...errors(limits),
      501: json('`NO_EXPLANATION`, `NO_GRADIENT`: this model can’t be explained.', errorSchema),
    },
  });
  describe({
    method: 'get',
    path: '/health',
    summary: 'Whether it is ready for requests',
    operationId: 'health',
    responses: { 200: json('Ready.', healthSchema), 503: json('Live, and not ready.', healthSchema) },
  });
  describe({
    method: 'get',
    path: '/health/live',
    summary: 'Whether it lives: it answers, ready or not',
    operationId: 'live',
    responses: { 200: json('It lives.', healthSchema) },
  });
  describe({
    method: 'get',
    path: '/metrics',
    summary: 'Figures for Prometheus',
    operationId: 'metrics',
    responses: {
      200: { description: 'Text format 0.0.4.', content: { 'text/plain': { schema: { type: 'string' } } } },
    },
  });
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'ULMFiT classifier',
      version: '1',
      description: 'Classifies texts by a model that ULMFiT has trained.',
    },
  });
}
