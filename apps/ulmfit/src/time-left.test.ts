import type { StageEvent } from '@ulmfit/pipeline';
import { expect, it } from 'vitest';
import { RunClock } from './time-left.js';

function clockAt() {
  let time = 0;
  const clock = new RunClock(() => time);
  const at = (seconds: number, type: 'begin' | 'step', fit: string, step: number, steps = 100) => {
    time = 1000 * seconds;
    const stage = fit.replace(/\..*/, '');
    clock.follow({ type, stage, fit, step, steps, epochs: 1, epoch: 0, values: {}, lr: 1 } as StageEvent);
    return clock.left;
  };
  return { clock, at };
}

const estimate = {
  stages: { linear: 1, finetune: 50, classify: 100, evaluate: 10 },
  fits: { 'classify.1-head': 20, 'classify.2-all': 80 },
};

it('knows the present fit alone before there is an estimate', () => {
  const { at } = clockAt();
  expect(at(0, 'begin', 'finetune', 0)).toBeUndefined();
  expect(at(10, 'step', 'finetune', 25)).toEqual({ seconds: 30, isTotal: false });
});

it('corrects what is to come by how long things took, one fit of the classifier after the other', () => {
  const { clock, at } = clockAt();
  clock.expect(estimate);
  at(0, 'begin', 'finetune', 0);
  // Twice as long as estimated: 50 s of it are left, and twice the 110 s that come after it.
  expect(at(50, 'step', 'finetune', 50)).toEqual({ seconds: 50 + 220, isTotal: true });
  at(100, 'step', 'finetune', 100);
  at(100, 'begin', 'classify.1-head', 0);
  // 50 + 10 s as estimated took 105.
  expect(at(105, 'step', 'classify.1-head', 50)?.seconds).toBeCloseTo(5 + (90 * 105) / 60, 6);
  at(110, 'begin', 'classify.2-all', 0);
  // 50 + 20 + 40 s as estimated took 110 + 10: only the score is left after this fit.
  expect(at(120, 'step', 'classify.2-all', 50)?.seconds).toBeCloseTo(10 + (10 * 120) / 110, 6);
});

it('counts what was made before it was resumed neither as taken nor as left', () => {
  const { clock, at } = clockAt();
  clock.expect(estimate);
  at(0, 'begin', 'classify.2-all', 60);
  // 20 of 40 steps in 8 s, estimated at 16: as much again is left, and half of the 10 s of the score.
  expect(at(8, 'step', 'classify.2-all', 80)?.seconds).toBeCloseTo(8 + 5, 6);
});

it('takes a fit that was not estimated by its own speed, or as what is left of its stage', () => {
  const { clock, at } = clockAt();
  clock.expect(estimate);
  at(0, 'begin', 'classify.round1.1-head', 0);
  expect(at(4, 'step', 'classify.round1.1-head', 40)?.seconds).toBeCloseTo(100 - 4 + 10, 6);
  expect(at(120, 'step', 'classify.round1.1-head', 60)?.seconds).toBeCloseTo(80 + 10, 6);
});
