import { UlmfitError } from '@ulmfit/errors';

interface Ordered {
  readonly name: string;
  readonly enforce?: 'pre' | 'post';
  readonly after?: readonly string[];
  readonly requires?: readonly string[];
  readonly owns?: readonly string[];
  readonly hyper?: object;
}

const RANK = { pre: 0, normal: 1, post: 2 };
const rankOf = (plugin: Ordered) => RANK[plugin.enforce ?? 'normal'];

/**
 * The order in which plugins run: `enforce`, then `after` and `requires`, then the order of the list.
 * @throws UlmfitError `BAD_PLUGINS` on two of one name, a missing requirement, a cycle, or two owners of a value.
 */
export function orderPlugins<P extends Ordered>(plugins: readonly P[]): P[] {
  const fail = (message: string): never => {
    throw new UlmfitError('BAD_PLUGINS', message);
  };
  const byName = new Map<string, P>();
  const owners = new Map<string, string>();
  for (const plugin of plugins) {
    if (byName.has(plugin.name)) fail(`two plugins are named ${plugin.name}; give one another name`);
    byName.set(plugin.name, plugin);
    for (const owned of new Set([...(plugin.owns ?? []), ...Object.keys(plugin.hyper ?? {})])) {
      const other = owners.get(owned);
      if (other !== undefined) fail(`both ${other} and ${plugin.name} set ${owned}; keep one of them`);
      owners.set(owned, plugin.name);
    }
  }
  for (const plugin of plugins) {
    const missing = plugin.requires?.find((name) => !byName.has(name));
    if (missing !== undefined) fail(`${plugin.name} requires the plugin ${missing}, which is not there`);
  }

  const ordered: P[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (plugin: P, path: readonly string[]): void => {
    if (state.get(plugin.name) === 'done') return;
    if (state.get(plugin.name) === 'open') {
      const cycle = [...path.slice(path.indexOf(plugin.name)), plugin.name];
      fail(`plugins wait for each other: ${cycle.join(' -> ')}`);
    }
    state.set(plugin.name, 'open');
    for (const name of [...(plugin.after ?? []), ...(plugin.requires ?? [])]) {
      const before = byName.get(name);
      if (before) {
        if (rankOf(before) > rankOf(plugin)) {
          fail(`${plugin.name} runs after ${name}, but their enforce says the opposite`);
        }
        visit(before, [...path, plugin.name]);
      }
    }
    state.set(plugin.name, 'done');
    ordered.push(plugin);
  };
  const ranked = [...plugins].sort((a, b) => rankOf(a) - rankOf(b));
  for (const plugin of ranked) visit(plugin, []);
  return ordered;
}
