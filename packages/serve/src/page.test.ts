import { Script } from 'node:vm';
import { expect, it } from 'vitest';
import { createServer } from './create-server.js';
import { fakeModel } from './fake-model.test-helper.js';

const server = createServer({ model: fakeModel() });
const get = async (path: string) => {
  const response = await server.fetch(new Request(`http://localhost${path}`));
  return { status: response.status, headers: response.headers, body: await response.text() };
};

it('is served with a policy that lets nothing in from outside', async () => {
  const [page, style, script] = await Promise.all(['/', '/page.css', '/page.js'].map(get));
  expect([page?.status, style?.status, script?.status]).toEqual([200, 200, 200]);
  expect(page?.headers.get('content-security-policy')).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
  expect(style?.headers.get('content-type')).toBe('text/css; charset=utf-8');
  expect(script?.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  const all = [page, style, script].map((each) => each?.body).join('\n');
  expect(all).not.toMatch(/https?:|@import|url\(|\.innerHTML|style="|onclick/);
});

it('asks only what is there, relative to where it is', async () => {
  const page = (await get('/')).body;
  const script = (await get('/page.js')).body;
  const asked = [...page.matchAll(/(?:href|src)="([^"]*)"/g), ...script.matchAll(/fetch\('([^']*)'/g)].map(
    ([, path = '']) => path,
  );
  expect(asked.filter((path) => path !== 'data:,')).toEqual([
    'page.css',
    'page.js',
    'openapi.json',
    'explain',
    'classify',
    'health',
  ]);
  for (const path of asked.filter((each) => !['data:,', 'classify', 'explain'].includes(each)))
    expect((await get(`/${path}`)).status).toBe(200);
});

it('is a script that compiles', async () => {
  const { body } = await get('/page.js');
  // Compiled, and not run.
  expect(() => new Script(body)).not.toThrow();
  const html = (await get('/')).body;
  for (const [, id = ''] of body.matchAll(/at\('(\w+)'\)/g)) expect(html).toContain(`id="${id}"`);
});
