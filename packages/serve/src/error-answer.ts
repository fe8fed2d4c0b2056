import { UlmfitError } from '@ulmfit/errors';

/** The status of each error that a client is told. */
const statuses = {
  BAD_REQUEST: 400,
  EMPTY_TEXT: 400,
  NO_SUCH_ROUTE: 404,
  BAD_METHOD: 405,
  REQUEST_TOO_SLOW: 408,
  REQUEST_TOO_LARGE: 413,
  NOT_JSON: 415,
  QUEUE_FULL: 429,
  // Nobody reads it: a status of its own for the metrics, as nginx has it.
  CLIENT_GONE: 499,
  NO_EXPLANATION: 501,
  NO_GRADIENT: 501,
  NOT_READY: 503,
  MODEL_ENDED: 503,
  TIMED_OUT: 504,
} as const;

/** What a client gets for an error. */
export interface ErrorAnswer {
  readonly status: (typeof statuses)[keyof typeof statuses] | 500;
  readonly code: string;
  readonly message: string;
}

/** Everything else that goes wrong is the server's own: its message may hold a path, and is for the log alone. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof UlmfitError && error.code in statuses) {
    const { code, message } = error;
    return { status: statuses[code as keyof typeof statuses], code, message };
  }
  const own = new UlmfitError('SERVER_FAULT', 'the server failed; its log says why');
  return { status: 500, code: own.code, message: own.message };
}

/** As it is sent. */
export const errorBody = ({ code, message }: Pick<ErrorAnswer, 'code' | 'message'>): string =>
  `${JSON.stringify({ error: { code, message } })}\n`;
