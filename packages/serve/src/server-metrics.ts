import type { Metrics } from './metrics.js';

/** Seconds: from what one text of a small model takes to the longest wait of a full queue. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const TEXTS = [1, 2, 4, 8, 16, 32, 64, 128];

export interface ServerMetricsOptions {
  readonly queued: () => number;
  readonly queueSize: number;
  readonly isReady: () => boolean;
  readonly memory: () => number | undefined;
}

/** The figures of a server. */
export function serverMetrics(
  metrics: Metrics,
  { queued, queueSize, isReady, memory }: ServerMetricsOptions,
) {
  const requests = metrics.counter('ulmfit_http_requests_total', 'Requests answered, by route and status.');
  const seconds = metrics.histogram(
    'ulmfit_http_request_duration_seconds',
    'Seconds from a request to its answer.',
    SECONDS,
  );
  let open = 0;
  metrics.gauge('ulmfit_http_requests_in_flight', 'Requests without an answer yet.', () => open);
  const texts = metrics.counter('ulmfit_texts_total', 'Texts classified and answered.');
  const batchTexts = metrics.histogram('ulmfit_batch_texts', 'Texts classified at once.', TEXTS);
  const batchSeconds = metrics.histogram('ulmfit_batch_duration_seconds', 'Seconds of a batch.', SECONDS);
  metrics.gauge('ulmfit_queue_texts', 'Texts that wait for a batch.', queued);
  metrics.gauge('ulmfit_queue_size', 'Texts that may wait.', () => queueSize);
  metrics.gauge('ulmfit_ready', '1 where a model is there and the server is not ending.', () =>
    isReady() ? 1 : 0,
  );
  metrics.gauge(
    'ulmfit_model_resident_memory_bytes',
    'Memory of the model’s process, after a batch.',
    memory,
  );
  return {
    begin: () => {
      open++;
    },
    end: (route: string, status: number, took: number) => {
      open--;
      requests.add(1, { route, status: String(status) });
      seconds.observe(took, { route });
    },
    texts: (count: number) => texts.add(count),
    batch: (count: number, took: number) => {
      batchTexts.observe(count);
      batchSeconds.observe(took);
    },
  };
}
