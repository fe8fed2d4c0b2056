import fc from 'fast-check';
import { expect, it } from 'vitest';
import { joinFields, splitFields } from './join-fields.js';

it('splits what it has joined', () => {
  expect(joinFields(['Title', 'Body'])).toBe('xxfld 1 Title xxfld 2 Body');
  expect(splitFields('plain xxfld 2 text')).toEqual(['plain xxfld 2 text']);
  expect(splitFields('xxfld 1 Title xxfld 2 Bo')).toEqual(['Title', 'Bo']);
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), (fields) => {
      expect(splitFields(joinFields(fields))).toEqual(fields);
    }),
    { seed: 5 },
  );
});
