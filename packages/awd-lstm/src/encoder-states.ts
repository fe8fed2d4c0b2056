import { concat, gather, keep, scalar, tensor1d, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { customGradient } from '@ulmfit/kernels';
import type { AnyEncoder, EncoderStates } from './encoder.js';

/** Makes states as constants: what is made on the way is freed at once, under a tape too. */
export function offTape(make: () => EncoderStates): EncoderStates {
  let made: EncoderStates = {};
  // tfjs records nothing within an operation that has a gradient of its own.
  customGradient<Scalar>([], () => {
    made = mapStates(make(), (state) => keep(state.clone()));
    return { value: scalar(0), gradient: () => [] };
  }).dispose();
  return mapStates(made, (state) => {
    const own = state.clone();
    state.dispose();
    return own;
  });
}

/**
 * The states of `rows`, given those of `before`: rows that begin have an encoder's first states, rows that have ended are left
 * out.
 */
export function statesOfRows(
  encoder: Pick<AnyEncoder, 'initialStates'>,
  states: EncoderStates,
  before: readonly number[],
  rows: readonly number[],
): EncoderStates {
  if (before.length === rows.length && before.every((row, i) => row === rows[i])) return states;
  if (before.length === 0) return encoder.initialStates(rows.length);
  const index = new Map(before.map((row, i) => [row, i]));
  const places = tensor1d(
    rows.map((row) => index.get(row) ?? before.length),
    'int32',
  );
  const first = encoder.initialStates(1);
  return mapStates(states, (state, name) => gather(concat([state, first[name] as Tensor]), places));
}

const mapStates = (states: EncoderStates, change: (state: Tensor, name: string) => Tensor): EncoderStates =>
  Object.fromEntries(Object.entries(states).map(([name, state]) => [name, change(state, name)]));
