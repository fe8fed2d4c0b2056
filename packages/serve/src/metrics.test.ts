import { expect, it } from 'vitest';
import { Metrics } from './metrics.js';

it('writes the text format of Prometheus', () => {
  const metrics = new Metrics();
  const requests = metrics.counter('requests_total', 'Requests\nby "route".');
  requests.add(1, { route: '/"\\\n' });
  requests.add(2, { route: '/"\\\n' });
  requests.add(0.5);
  metrics.gauge('free', 'Free.', () => 3);
  metrics.gauge('unknown', 'Not known yet.', () => undefined);
  const seconds = metrics.histogram('seconds', 'Seconds.', [0.1, 1]);
  for (const value of [0.1, 0.5, 7]) seconds.observe(value, { of: 'a' });
  expect(metrics.text()).toBe(
    [
      '# HELP requests_total Requests\\nby "route".',
      '# TYPE requests_total counter',
      'requests_total{route="/\\"\\\\\\n"} 3',
      'requests_total 0.5',
      '# HELP free Free.',
      '# TYPE free gauge',
      'free 3',
      '# HELP unknown Not known yet.',
      '# TYPE unknown gauge',
      '# HELP seconds Seconds.',
      '# TYPE seconds histogram',
      'seconds_bucket{of="a",le="0.1"} 1',
      'seconds_bucket{of="a",le="1"} 2',
      'seconds_bucket{of="a",le="+Inf"} 3',
      'seconds_sum{of="a"} 7.6',
      'seconds_count{of="a"} 3',
      '',
    ].join('\n'),
  );
  expect(() => metrics.gauge('free', 'Twice.', () => 0)).toThrow(
    'metrics: the name is "free"; it must be new',
  );
  expect(() => metrics.gauge('a b', 'No name.', () => 0)).toThrow('it must be one of Prometheus');
});
