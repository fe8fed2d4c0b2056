import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from './html.js';

describe('html', () => {
  it('escapes values, in lists too, and leaves what is HTML', () => {
    const inner = html`<b>${'a<b'}</b>`;
    expect(html`<p title="${'"&'}">${[inner, '<', 3]}</p>`.text).toBe(
      '<p title="&quot;&amp;"><b>a&lt;b</b>&lt;3</p>',
    );
  });

  it('lets no value begin or end an element or an attribute', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(html`${value}`.text).not.toMatch(/[<>"]/);
      }),
    );
  });
});
