// Keeps the playground in the browser, so that it works without a network. Models have a store of their own, which the page fills.
const KEPT = 'ulmfit-playground';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

// The page names its files. What it doesn't name is of an earlier version.
self.addEventListener('message', (event) => {
  const [port] = event.ports;
  event.waitUntil(
    keep(event.data).then(
      () => port.postMessage(true),
      () => port.postMessage(false),
    ),
  );
});

async function keep({ page, files }) {
  const cache = await caches.open(KEPT);
  const wanted = new Set([page, ...files]);
  const there = (await cache.keys()).map(({ url }) => url);
  // The page itself changes under its address; files of the build have a hash in their names.
  const missing = [...wanted].filter((url) => !isOfBuild(url) || !there.includes(url));
  await Promise.all(missing.map((url) => cache.add(new Request(url, { cache: 'no-cache' }))));
  await Promise.all(there.filter((url) => !wanted.has(url)).map((url) => cache.delete(url)));
}

self.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'GET' && new URL(url).origin === self.location.origin)
    event.respondWith(answer(event.request));
});

async function answer(request) {
  const kept = async () => (await caches.open(KEPT)).match(request, { ignoreSearch: true });
  if (isOfBuild(request.url)) return (await kept()) ?? fetch(request);
  try {
    return await fetch(request);
  } catch (error) {
    const found = await kept();
    if (found) return found;
    throw error;
  }
}

const isOfBuild = (url) => new URL(url).pathname.includes('/assets/');
