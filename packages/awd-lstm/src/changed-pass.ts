import type { ForwardPass } from '@ulmfit/trainer';

/** A pass like another one but for some of its methods. */
export const changedPass = <Taps>(
  pass: ForwardPass<Taps>,
  changes: Partial<Pick<ForwardPass<Taps>, 'tap' | 'trains'>>,
): ForwardPass<Taps> => ({
  phase: pass.phase,
  training: pass.training,
  tap: (name, x, context, options) => pass.tap(name, x, context, options),
  trains: (parameter) => pass.trains(parameter),
  carried: (name) => pass.carried(name),
  carry: (name, state) => pass.carry(name, state),
  read: (buffer) => pass.read(buffer),
  update: (buffer, value) => pass.update(buffer, value),
  random: (stream) => pass.random(stream),
  ...changes,
});
