import type { Tensor2D } from '@tensorflow/tfjs-core';
import { brief, UlmfitError } from '@ulmfit/errors';
import type { ForwardPass } from '@ulmfit/trainer';
import { changedPass } from './changed-pass.js';
import { requireIndices } from './checks.js';
import { offTape } from './encoder-states.js';
import type { AnyEncoder, Encoder, EncoderOutput, EncoderStates } from './encoder.js';

/**
 * Makes sure that an encoder can stand in a model.
 * @param own the taps of the model itself
 * @throws UlmfitError `BAD_CONFIG`
 */
export function requireEncoder(encoder: AnyEncoder, own: readonly string[]): void {
  const { architecture, config, embedding, features, taps } = encoder;
  const [rows] = embedding.variable.shape;
  if (rows !== config.vocabulary) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `${architecture}: its vocabulary is ${brief(config.vocabulary)}, but its embedding has ${rows} rows; make them equal`,
    );
  }
  if (!(Number.isSafeInteger(features) && features > 0)) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `${architecture}: features is ${brief(features)}; it must be the size of the output, an integer from 1`,
    );
  }
  const twice = taps.find((tap) => own.includes(tap));
  if (twice !== undefined) {
    throw new UlmfitError(
      'BAD_CONFIG',
      `${architecture}: its tap ${twice} has the same name as one of the model; rename it`,
    );
  }
}

/**
 * Reads a window.
 * @throws UlmfitError `BAD_BATCH` for an id beyond the vocabulary, `BAD_SHAPE` for an output that is not time-major, or states that are not as many as the rows
 */
export function runEncoder<Taps>(
  encoder: Encoder<Taps>,
  ids: Tensor2D,
  states: EncoderStates,
  pass: ForwardPass<Taps>,
): EncoderOutput {
  const { architecture, features } = encoder;
  const [batch, time] = ids.shape;
  requireIndices('ids', ids, encoder.config.vocabulary, 'words');
  const made = encoder.run(ids, states, pass);
  if (made.output.shape.join() !== [time, batch, features].join()) {
    throw new UlmfitError(
      'BAD_SHAPE',
      `${architecture}: run gave an output of [${made.output.shape.join(', ')}] for ids of [${batch}, ${time}]; it must be [${time}, ${batch}, ${features}]: time, batch, features`,
    );
  }
  for (const name of Object.keys(states)) {
    const rows = made.states[name]?.shape[0];
    if (rows === batch) continue;
    throw new UlmfitError(
      'BAD_SHAPE',
      `${architecture}: run gave ${rows === undefined ? 'no state' : `${rows} rows of the state`} ${name} for a batch of ${batch}; the first axis of a state is the batch`,
    );
  }
  return made;
}

/** As {@link runEncoder}, for a window that only carries the state: off the tape, so that nothing of it is kept. */
export const carryStates = <Taps>(
  encoder: Encoder<Taps>,
  ids: Tensor2D,
  states: EncoderStates,
  pass: ForwardPass<Taps>,
): EncoderStates => offTape(() => runEncoder(encoder, ids, states, withoutGradient(pass)).states);

/** A pass that nobody asks a gradient of, and whose tensors are gone before the loss. */
const withoutGradient = <Taps>(pass: ForwardPass<Taps>): ForwardPass<Taps> =>
  changedPass(pass, {
    tap: (name, x, context) => pass.tap(name, x, context, { observed: false }),
    trains: () => false,
  });

/** A pass in which each tap of the encoder also tells which documents of the batch its rows are. */
export const ofRows = <Taps>(pass: ForwardPass<Taps>, rows: readonly number[]): ForwardPass<Taps> =>
  changedPass(pass, { tap: (name, x, context, options) => pass.tap(name, x, { ...context, rows }, options) });
