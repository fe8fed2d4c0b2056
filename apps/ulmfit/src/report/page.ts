import { html, Html } from './html.js';
import { pageStyle } from './page-style.js';

/** A page that needs nothing beside it. */
export const pageOf = (title: string, body: Html): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · ULMFiT</title>
        <style>
          ${new Html(pageStyle)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `.text;
