import { expect, it } from 'vitest';
import { isTemporary, temporaryName, temporaryOwner } from './temporary-name.js';

it('gives names beside a path that are known again, and others not', () => {
  const [a, b] = [temporaryName('runs/a/config.json'), temporaryName('runs/a/config.json')];
  expect(a).not.toBe(b);
  expect(a.startsWith('runs/a/config.json.')).toBe(true);
  expect([a, b].every(isTemporary)).toBe(true);
  expect(temporaryOwner(a)).toBe(process.pid);
  for (const name of ['draft.tmp', 'x.12.tmp', 'x.1-2.tmp.txt', 'x']) {
    expect(isTemporary(name)).toBe(false);
    expect(temporaryOwner(name)).toBeUndefined();
  }
});
