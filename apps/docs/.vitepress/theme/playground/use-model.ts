import type { LoadedModel } from '@ulmfit/inference';
import { loadModelInWorker } from '@ulmfit/inference/worker';
import { onBeforeUnmount, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import type { SiteModel } from 'virtual:site-models';
import { isKept, keptFile } from './kept-file.js';
import { messageOf } from './message-of.js';
import EngineUrl from './engine.worker.ts?worker&url';

type Kind = LoadedModel['kind'];
type ModelOf<K extends Kind> = Extract<LoadedModel, { readonly kind: K }>;

/** A model that a visitor loads, and how far that is. */
export interface UsedModel<K extends Kind> {
  readonly model: ShallowRef<ModelOf<K> | undefined>;
  /** The same model in another worker, for what takes long: what the first is asked meanwhile doesn't wait. There some time after it. */
  readonly second: ShallowRef<ModelOf<K> | undefined>;
  /** What is loaded, as the visitor knows it. */
  readonly name: Ref<string>;
  /** The share that is loaded, from 0 to 1; undefined where nothing is under way. */
  readonly progress: Ref<number | undefined>;
  readonly error: Ref<string>;
  /** Whether the site's own model is in the browser's store already. */
  readonly isHere: Ref<boolean>;
  load(source: SiteModel | File | Uint8Array): Promise<void>;
  cancel(): void;
}

const words: Record<Kind, string> = { classifier: 'a classifier', 'language-model': 'a language model' };

/** A model of a kind in a worker of its own, which ends with the component that uses it. */
export function useModel<K extends Kind>(kind: K, own?: SiteModel): UsedModel<K> {
  const model = shallowRef<ModelOf<K>>();
  const second = shallowRef<ModelOf<K>>();
  const name = ref('');
  const progress = ref<number>();
  const error = ref('');
  const isHere = ref(false);
  let loading: AbortController | undefined;
  if (own && !import.meta.env.SSR) void isKept(own.url).then((is) => (isHere.value = is));

  async function inWorker(file: Blob | Uint8Array, signal: AbortSignal): Promise<ModelOf<K>> {
    const worker = new Worker(EngineUrl, { type: 'module', name: 'model' });
    const loaded = await loadModelInWorker(file, { worker, signal });
    // The cast: its kind is compared.
    if (loaded.kind === kind) return loaded as ModelOf<K>;
    loaded.dispose();
    throw new Error(`This file holds ${words[loaded.kind]}; choose ${words[kind]}.`);
  }
  /** The page does without one where there is no memory for it. */
  const loadSecond = (file: Blob | Uint8Array, signal: AbortSignal): Promise<void> =>
    inWorker(file, signal).then(
      (loaded) => {
        if (signal.aborted) loaded.dispose();
        else second.value = loaded;
      },
      () => undefined,
    );
  const dispose = () => {
    for (const each of [model, second]) {
      each.value?.dispose();
      each.value = undefined;
    }
  };

  async function load(source: SiteModel | File | Uint8Array): Promise<void> {
    loading?.abort();
    const { signal } = (loading = new AbortController());
    error.value = '';
    progress.value = 0;
    try {
      const file =
        'url' in source
          ? await keptFile(source.url, {
              ...{ signal, bytes: source.bytes },
              onProgress: (share) => (progress.value = share),
            })
          : source;
      const loaded = await inWorker(file, signal);
      dispose();
      model.value = loaded;
      name.value = source instanceof Uint8Array ? 'your model' : source.name;
      if ('url' in source) isHere.value = true;
      if (kind === 'classifier') void loadSecond(file, signal);
    } catch (reason) {
      if (!signal.aborted) error.value = messageOf(reason);
    } finally {
      if (loading.signal === signal) progress.value = undefined;
    }
  }
  const cancel = () => {
    loading?.abort();
    progress.value = undefined;
  };
  onBeforeUnmount(() => {
    cancel();
    dispose();
  });
  return { model, second, name, progress, error, isHere, load, cancel };
}
