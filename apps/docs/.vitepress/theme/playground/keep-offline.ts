import { withBase } from 'vitepress';
import EngineUrl from './engine.worker.ts?worker&url';
import { wasmUrls } from './engine-files.js';
import ScheduleUrl from './schedule.worker.ts?worker&url';

/** Whether this browser can keep pages, and should: not where the visitor saves data. */
export const canKeep = (): boolean =>
  'serviceWorker' in navigator &&
  !(navigator as { connection?: { saveData?: boolean } }).connection?.saveData;

/**
 * Keeps this page, its workers and its engine in the browser, for when there is no network.
 * @returns whether all of it is there
 */
export async function keepOffline(): Promise<boolean> {
  // For all of the site: a worker's file is asked of the service worker in whose scope it lies itself, not of its page's.
  const registration = await navigator.serviceWorker.register(withBase('/playground-worker.js'));
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  if (!worker) return false;
  const page = new URL(withBase('/playground'), location.href).href;
  const response = await fetch(page);
  if (!response.ok) return false;
  const own = [EngineUrl, ScheduleUrl, ...Object.values(wasmUrls)].map(
    (url) => new URL(url, location.href).href,
  );
  const files = [...new Set([...filesOf(await response.text(), page), ...own])];
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<boolean>) => resolve(data);
    worker.postMessage({ page, files }, [port2]);
  });
}

/** What a page names in its head and loads with it. */
function filesOf(html: string, page: string): string[] {
  const { head } = new DOMParser().parseFromString(html, 'text/html');
  const named = [
    ...[...head.querySelectorAll('script[src]')].map((each) => each.getAttribute('src')),
    ...[...head.querySelectorAll('link[href]')].map((each) => each.getAttribute('href')),
  ];
  return named
    .map((path) => new URL(path ?? '', page))
    .filter(({ origin }) => origin === location.origin)
    .map(({ href }) => href);
}
