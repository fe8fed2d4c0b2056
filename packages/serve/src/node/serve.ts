import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { isIP, type AddressInfo, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getRequestListener } from '@hono/node-server';
import { brief, requireInteger, requirePositive, UlmfitError } from '@ulmfit/errors';
import type { ModelServer } from '../create-server.js';
import { errorBody } from '../error-answer.js';

export interface ServeOptions {
  /** Default 8080; 0 takes a free one. */
  readonly port?: number | undefined;
  /** The address to listen on. Default 127.0.0.1, which this machine alone reaches; `0.0.0.0` or `::` is every network. */
  readonly host?: string | undefined;
  /** Seconds in which a request's headers have to come. Default 10. */
  readonly headersTimeout?: number | undefined;
  /** Seconds in which a request has to come whole. Default 30. */
  readonly requestTimeout?: number | undefined;
  /** Seconds that a connection stays open without a request. Default 65, longer than most proxies keep theirs. */
  readonly keepAliveTimeout?: number | undefined;
  /** Connections at most. Default 1024. */
  readonly maxConnections?: number | undefined;
}

/** A server that listens. */
export interface ListeningServer {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /** Whether this machine alone reaches it. */
  readonly isLoopback: boolean;
  /**
   * Accepts no more connections, answers what was asked, and disposes the model.
   * @param seconds after which what is still open is cut off. Default 30
   * @returns whether everything was answered by then
   */
  close(seconds?: number): Promise<boolean>;
}

/** How often timeouts are looked at, in milliseconds. */
const CHECK_TIMEOUTS = 500;

/**
 * Listens with Node's HTTP server.
 * @throws UlmfitError `BAD_OPTION`, `CANNOT_LISTEN` such as where the port is taken
 * @example
 * const server = createServer({ model });
 * const { url, close } = await serve(server, { port: 8080 });
 * process.once('SIGTERM', () => void close());
 */
export async function serve(
  server: ModelServer,
  {
    port = 8080,
    host = '127.0.0.1',
    headersTimeout = 10,
    requestTimeout = 30,
    keepAliveTimeout = 65,
    maxConnections = 1024,
  }: ServeOptions = {},
): Promise<ListeningServer> {
  requireInteger('serve: port', port, { from: 0, to: 65535 });
  requireInteger('serve: maxConnections', maxConnections);
  for (const [name, value] of Object.entries({ headersTimeout, requestTimeout, keepAliveTimeout }))
    requirePositive(`serve: ${name}`, value);
  const answer = getRequestListener((request) => server.fetch(request), {
    overrideGlobalObjects: false,
    errorHandler: () =>
      new Response(
        errorBody({ code: 'BAD_REQUEST', message: 'the request line or a header is damaged; correct it' }),
        {
          status: 400,
          headers: { 'content-type': 'application/json' },
        },
      ),
  });
  let isEnding = false;
  const listen = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    // A connection that was kept alive gets its answer, and ends with it.
    if (isEnding) outgoing.shouldKeepAlive = false;
    open.add(outgoing);
    outgoing.once('close', () => open.delete(outgoing));
    void answer(incoming, outgoing);
  };
  const open = new Set<ServerResponse>();
  const http = createHttpServer(
    {
      headersTimeout: headersTimeout * 1000,
      requestTimeout: requestTimeout * 1000,
      keepAliveTimeout: keepAliveTimeout * 1000,
      connectionsCheckingInterval: CHECK_TIMEOUTS,
    },
    listen,
  );
  http.maxConnections = maxConnections;
  http.on('clientError', refuseDamaged);
  await listening(http, port, host);
  const stopWatching = watchProcess(server);
  const { port: bound } = http.address() as AddressInfo;
  return {
    port: bound,
    url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${bound}`,
    isLoopback: isLoopback(http.address() as AddressInfo),
    close: async (seconds = 30) => {
      isEnding = true;
      server.end();
      for (const outgoing of open) if (!outgoing.headersSent) outgoing.shouldKeepAlive = false;
      const closed = new Promise<true>((resolve) => http.close(() => resolve(true)));
      http.closeIdleConnections();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<false>(
        (resolve) => (timer = setTimeout(() => resolve(false), seconds * 1000)),
      );
      const isWhole = await Promise.race([closed, late]);
      clearTimeout(timer);
      http.closeAllConnections();
      stopWatching();
      await server.close();
      return isWhole;
    },
  };
}

function listening(http: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? `port ${port} of ${brief(host)} is taken; give another by --port, or 0 for a free one`
          : cause.code === 'EACCES'
            ? `port ${port} is not for this user; give one from 1024`
            : `${brief(host)} is no address of this machine that can be listened on (${cause.code ?? cause.message}); give another by --host`;
      reject(new UlmfitError('CANNOT_LISTEN', why, { cause }));
    });
    http.listen(port, host, () => resolve());
  });
}

const isLoopback = ({ address }: AddressInfo): boolean =>
  address === '::1' || /^(::ffff:)?127\./.test(address);

/** What is no request of HTTP, or comes too slowly: Node would answer without a body. */
function refuseDamaged(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, code, message] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['408 Request Timeout', 'REQUEST_TOO_SLOW', 'the request had not come whole in time; send it faster']
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? [
            '431 Request Header Fields Too Large',
            'REQUEST_TOO_LARGE',
            'the headers are too large; send fewer',
          ]
        : ['400 Bad Request', 'BAD_REQUEST', 'this is no request of HTTP; send one'];
  const body = errorBody({ code, message });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** The figures of the process. */
function watchProcess({ metrics }: ModelServer): () => void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  metrics.gauge('process_resident_memory_bytes', 'Memory of the server’s process.', () =>
    process.memoryUsage.rss(),
  );
  metrics.gauge(
    'nodejs_eventloop_lag_p99_seconds',
    'How late the event loop was, since the last reading.',
    () => {
      const late = delay.percentile(99) / 1e9;
      delay.reset();
      return late;
    },
  );
  return () => void delay.disable();
}
