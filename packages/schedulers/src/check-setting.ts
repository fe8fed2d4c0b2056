import { UlmfitError } from '@ulmfit/errors';

/** @throws UlmfitError `BAD_SCHEDULE` unless the setting makes sense. */
export function checkSetting(
  isGood: boolean,
  schedule: string,
  name: string,
  value: unknown,
  must: string,
): void {
  if (!isGood)
    throw new UlmfitError('BAD_SCHEDULE', `${schedule}: ${name} is ${String(value)}; it must be ${must}`);
}

/** @throws UlmfitError `BAD_SCHEDULE` unless the value is a share of a fit, from 0 to 1. */
export function checkShare(schedule: string, name: string, value: number): void {
  checkSetting(value >= 0 && value <= 1, schedule, name, value, 'from 0 to 1');
}

/** @throws UlmfitError `BAD_SCHEDULE` unless the value is finite and above 0. */
export function checkPositive(schedule: string, name: string, value: number): void {
  checkSetting(value > 0 && Number.isFinite(value), schedule, name, value, 'a finite number above 0');
}
