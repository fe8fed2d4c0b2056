import type * as quick from './classify-quickly.js';
import { isFresh } from './is-fresh.js';

/** What the build makes of `classify-quickly` and all that it imports, by the app's `bundle.mjs`. */
const bundle = new URL('bundle.mjs', import.meta.url);

/** The quick way to an answer: in one file where the build has made one of today's code, else in its many modules. */
export const loadQuick = (): Promise<typeof quick> =>
  isFresh(bundle) ? (import(bundle.href) as Promise<typeof quick>) : import('./classify-quickly.js');
