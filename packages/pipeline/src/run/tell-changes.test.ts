import { expect, it } from 'vitest';
import { tellChanges } from './tell-changes.js';

it('names three differences at most', () => {
  expect(tellChanges(['seed', 'recipe.clip'], {}, {})).toBe('seed, recipe.clip');
  const many = ['task.data', 'seed', 'recipe.clip', 'recipe.optimizer.lr', 'backwards'];
  expect(tellChanges(many, {}, {})).toBe('task.data, seed, recipe.clip, and 2 more');
});
