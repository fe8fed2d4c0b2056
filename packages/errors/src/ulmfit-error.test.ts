import { describe, expect, it, vi } from 'vitest';
import { UlmfitError } from './ulmfit-error.js';

describe('UlmfitError', () => {
  it('is an error with a code', () => {
    const error = new UlmfitError('BAD_OPTION', 'rate: 2 is no share', { cause: 'a test' });
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(UlmfitError);
    expect(error).toMatchObject({ name: 'UlmfitError', code: 'BAD_OPTION', cause: 'a test' });
  });

  it('says in one line, and without what a terminal obeys', () => {
    const { message } = new UlmfitError('BAD_OPTION', 'host \u001b[2Jevil\u009b1A:\nno');
    expect(message).toBe('host \ufffd[2Jevil\ufffd1A: no');
  });

  it('is recognised across two copies of the package', async () => {
    vi.resetModules();
    const other = await import('./ulmfit-error.js');
    expect(other.UlmfitError).not.toBe(UlmfitError);
    expect(new other.UlmfitError('BAD_OPTION', 'no')).toBeInstanceOf(UlmfitError);
    expect(new UlmfitError('BAD_OPTION', 'no')).toBeInstanceOf(other.UlmfitError);
  });

  it.each([new Error('no'), { code: 'BAD_OPTION' }, null, undefined, 'BAD_OPTION'])('is not %o', (value) => {
    expect(value).not.toBeInstanceOf(UlmfitError);
  });
});
