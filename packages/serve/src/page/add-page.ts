import type { Hono } from 'hono';
import { pageHtml } from './page-html.js';
import { pageScript } from './page-script.js';
import { pageStyle } from './page-style.js';

/** What the page may load: its own style and script, and answers of this server. */
export const pagePolicy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  connectSrc: ["'self'"],
  // An empty icon, so that browsers ask for none.
  imgSrc: ['data:'],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

/** A page at `/` to try the model. Its addresses are relative, so that a proxy may put it below a path. */
export function addPage(app: Hono): void {
  app.get('/', (c) => c.html(pageHtml));
  app.get('/page.css', (c) => c.body(pageStyle, 200, { 'Content-Type': 'text/css; charset=utf-8' }));
  app.get('/page.js', (c) => c.body(pageScript, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }));
}
