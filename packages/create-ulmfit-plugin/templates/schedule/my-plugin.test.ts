import assert from 'node:assert/strict';
import { it } from 'node:test';
import { testPlugin, testSchedule } from '@ulmfit/plugin-testkit';
import { simulate } from '@ulmfit/trainer';
import { myPlugin } from './my-plugin.js';

it('falls as a power of what is left', () => {
  const { rate } = myPlugin({ power: 2, lowest: 0.5 });
  assert(rate);
  const factors = simulate((at) => Number(rate(at)), 4);
  assert.deepEqual(factors, [1, 0.78125, 0.625, 0.53125]);
});

it('holds at every step of any fit', () => {
  testSchedule(myPlugin());
});

it('keeps to the protocol', () => testPlugin(() => myPlugin()));

it('refuses settings that make no sense', () => {
  assert.throws(() => myPlugin({ power: 0 }), {
    message: /^myPlugin: power is 0; it must be a finite number above 0$/,
  });
  assert.throws(() => myPlugin({ lowest: 2 }), {
    message: /^myPlugin: lowest is 2; it must be above 0 and up to 1$/,
  });
});
