import { describe, expect, it } from 'vitest';
import { chosenJudgement, evaluationResultSchema, type EvaluationResult } from './evaluation-result.js';
import { judge } from './judge.js';

const options = { classes: ['ham', 'spam'], multiLabel: false };
const neural = judge(
  [
    [0.9, 0.1],
    [0.2, 0.8],
  ],
  [0, 1],
  options,
);
const blend = judge(
  [
    [0.7, 0.3],
    [0.6, 0.4],
  ],
  [0, 1],
  options,
);
const result: EvaluationResult = {
  ...{ split: 'test', seconds: 3, chosen: 'blend', judgements: { neural, blend } },
  mistakes: [{ index: 1, text: 'Our offer', truth: ['spam'], predicted: ['ham'], probability: 0.6 }],
};

describe('an evaluation’s result', () => {
  it('is read back as it was', () => {
    const read = evaluationResultSchema.parse(JSON.parse(JSON.stringify(result)));
    expect(read).toEqual(result);
    expect(chosenJudgement(read)).toEqual(blend);
  });

  it('has the figures of the classifier that was chosen', () => {
    const missing = { ...result, chosen: 'linear' };
    expect(evaluationResultSchema.safeParse(missing).success).toBe(false);
  });
});
