import { requireThat } from '@ulmfit/errors';

type Labels = Readonly<Record<string, string>>;

/** One figure in Prometheus' text format: its name, what it is, its kind, and its lines. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly lines: () => readonly string[];
}

/** A figure that only grows. */
export interface Counter {
  add(amount?: number, labels?: Labels): void;
}

/** How values are distributed. */
export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

/**
 * Figures in Prometheus' text format 0.0.4, on any host: its client for Node needs Node.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 * @example
 * const requests = metrics.counter('requests_total', 'Requests that were answered.');
 * requests.add(1, { route: '/classify' });
 */
export class Metrics {
  readonly #metrics: Metric[] = [];

  /** What the address of the metrics gives. */
  text(): string {
    return this.#metrics
      .flatMap(({ name, help, type, lines }) => [
        `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
        `# TYPE ${name} ${type}`,
        ...lines(),
      ])
      .join('\n')
      .concat('\n');
  }

  /** @param name ends in `_total` */
  counter(name: string, help: string): Counter {
    const sums = new Map<string, number>();
    this.#add({
      name,
      help,
      type: 'counter',
      lines: () => [...sums].map(([labels, sum]) => `${name}${labels} ${sum}`),
    });
    return {
      add: (amount = 1, labels = {}) => {
        const key = written(labels);
        sums.set(key, (sums.get(key) ?? 0) + amount);
      },
    };
  }

  /** @param read gives the value at the time it is asked for, none where it is not known then */
  gauge(name: string, help: string, read: () => number | undefined): void {
    this.#add({
      name,
      help,
      type: 'gauge',
      lines: () => {
        const value = read();
        return value === undefined ? [] : [`${name} ${value}`];
      },
    });
  }

  /** @param bounds the upper bounds of the buckets, in rising order; one without a bound is added */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    const all = new Map<string, { readonly labels: Labels; readonly counts: number[]; sum: number }>();
    this.#add({
      name,
      help,
      type: 'histogram',
      lines: () =>
        [...all.values()].flatMap(({ labels, counts, sum }) => {
          let upTo = 0;
          const buckets = [...bounds.map(String), '+Inf'].map((le, i) => {
            upTo += counts[i] ?? 0;
            return `${name}_bucket${written({ ...labels, le })} ${upTo}`;
          });
          return [
            ...buckets,
            `${name}_sum${written(labels)} ${sum}`,
            `${name}_count${written(labels)} ${upTo}`,
          ];
        }),
    });
    return {
      observe: (value, labels = {}) => {
        const key = written(labels);
        let row = all.get(key);
        if (!row)
          all.set(key, (row = { labels, counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 }));
        const at = bounds.findIndex((bound) => value <= bound);
        const bucket = at < 0 ? bounds.length : at;
        row.counts[bucket] = (row.counts[bucket] ?? 0) + 1;
        row.sum += value;
      },
    };
  }

  #add(metric: Metric): void {
    requireThat(
      'metrics: the name',
      metric.name,
      /^[a-zA-Z_:][\w:]*$/.test(metric.name),
      'one of Prometheus',
    );
    requireThat(
      'metrics: the name',
      metric.name,
      this.#metrics.every(({ name }) => name !== metric.name),
      'new',
    );
    this.#metrics.push(metric);
  }
}

function written(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
