import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inventedEvaluation } from './evaluation.test-helper.js';
import { verdictWarnings } from './verdict-warnings.js';

const classes = ['billing', 'delivery', 'login'];
const terminal = { isTTY: true };
const file = { isTTY: false };

describe('verdictWarnings', () => {
  beforeEach(() => {
    vi.stubEnv('FORCE_COLOR', undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('has nothing to say of a good one', () => {
    expect(verdictWarnings(inventedEvaluation({ classes }), file)).toEqual([]);
  });

  it('calls a guesser that, in red on a terminal alone', () => {
    vi.stubEnv('NO_COLOR', undefined);
    vi.stubEnv('TERM', 'xterm-256color');
    vi.stubEnv('CI', undefined); // What runs the tests may be one.
    const guess = inventedEvaluation({ classes, skill: { neural: 0 } });
    const [plain = '', ...others] = verdictWarnings(guess, file);
    expect(plain).toMatch(/^ulmfit: No better than guessing: .* always answering "billing" gives/);
    expect(others).toEqual([]);
    expect(verdictWarnings(guess, terminal)).toEqual([`\u001b[31m${plain}\u001b[39m`]);
    vi.stubEnv('NO_COLOR', '1');
    expect(verdictWarnings(guess, terminal)).toEqual([plain]);
  });

  it('says which member is a guess, and when the plain baseline does better', () => {
    const lines = verdictWarnings(
      inventedEvaluation({ classes, skill: { neural: 0, linear: 1.5, blend: 1 } }),
      file,
    );
    expect(lines).toEqual([
      expect.stringMatching(/^ulmfit: the neural model alone: No better than guessing: /),
      expect.stringMatching(
        /^ulmfit: the plain baseline does better here: accuracy \d+\.\d\d %, and \d+\.\d\d % by the linear model alone$/,
      ),
    ]);
  });
});
