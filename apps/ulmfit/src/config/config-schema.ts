import { brief, nearest, showName, UlmfitError } from '@ulmfit/errors';
import type { PluginsByStage } from '@ulmfit/pipeline';
import { InvalidArgumentError, type Option } from 'commander';
import { z } from 'zod';
import { options } from '../flags.js';
import { oneLine } from '../one-line.js';
import type { TaskSource } from './config-task.js';
import { notInFile, type UlmfitConfig } from './ulmfit-config.js';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** What is given by stage. */
const stages = [
  'all',
  'pretrain',
  'finetune',
  'classify',
] as const satisfies readonly (keyof PluginsByStage)[];

/** What is wrong, and at which place within. */
type Fault = { readonly message: string; readonly path?: readonly number[] } | undefined;

function complain(ctx: z.RefinementCtx, path: readonly (string | number)[], fault: Fault): void {
  if (fault) ctx.addIssue({ code: 'custom', path: [...path, ...(fault.path ?? [])], message: fault.message });
}

function eachStage(
  value: Readonly<Record<string, unknown>>,
  ctx: z.RefinementCtx,
  fault: (value: unknown) => Fault,
): void {
  for (const [stage, given] of Object.entries(value)) {
    if (stages.some((known) => known === stage)) {
      if (given !== undefined) complain(ctx, [stage], fault(given));
      continue;
    }
    const meant = nearest(stage, stages);
    const cure = meant === undefined ? `there are ${stages.join(', ')}` : `did you mean ${meant}?`;
    complain(ctx, [], { message: `unknown stage ${brief(stage)}; ${cure}` });
  }
}

function optimizerFault(value: unknown): Fault {
  if (typeof value === 'function') return { message: `${showName(value.name)} is a function; call it` };
  if (isObject(value) && typeof value['create'] === 'function' && isObject(value['defaults']))
    return undefined;
  return { message: 'must be an optimizer, such as adam() of @ulmfit/optimizers' };
}

function architectureFault(value: unknown): Fault {
  if (typeof value === 'function') return { message: `${showName(value.name)} is a function; call it` };
  const isOne =
    isObject(value) &&
    typeof value['create'] === 'function' &&
    typeof value['name'] === 'string' &&
    isObject(value['sizes']);
  return isOne ? undefined : { message: 'must be an architecture, such as awdLstm() of @ulmfit/awd-lstm' };
}

/** Functions that make plugins are called when a run begins. */
function pluginsFault(value: unknown): Fault {
  if (typeof value === 'function') return undefined;
  if (!Array.isArray(value)) return { message: 'must be a list of plugins, or a function that makes one' };
  // Lists within, and nothing where a condition fails, are part of a list of plugins.
  const isFine = (plugin: unknown): boolean =>
    plugin === false ||
    plugin === null ||
    plugin === undefined ||
    (Array.isArray(plugin) ? plugin.every(isFine) : isObject(plugin) && typeof plugin['name'] === 'string');
  const at = value.findIndex((plugin) => !isFine(plugin));
  if (at < 0) return undefined;
  const wrong: unknown = value[at];
  return {
    path: [at],
    message:
      typeof wrong === 'function'
        ? `${showName(wrong.name)} is a function; call it`
        : 'must be a plugin: an object with a name',
  };
}

/** What a file may say beyond the flags: the names of `UlmfitConfig`. */
const beyondFlags = {
  recipe: z.union(
    [z.string(), z.record(z.string(), z.unknown())],
    'must be settings, or the path of a JSON file',
  ),
  // A flag gives one rate at a time.
  lr: z.record(z.string(), z.number('must be a rate'), 'must be rates by stage, such as { finetune: 4e-3 }'),
  task: z.custom<TaskSource>(
    (value) => isObject(value) || typeof value === 'function',
    'must be a task, a promise of one, or a function that makes one',
  ),
  architecture: z
    .custom<NonNullable<UlmfitConfig['architecture']>>()
    .superRefine((value, ctx) => complain(ctx, [], architectureFault(value))),
  optimizer: z.custom<NonNullable<UlmfitConfig['optimizer']>>().superRefine((value, ctx) => {
    const whole: unknown = value;
    if (isObject(whole) && !('create' in whole)) eachStage(whole, ctx, optimizerFault);
    else complain(ctx, [], optimizerFault(whole));
  }),
  plugins: z.custom<NonNullable<UlmfitConfig['plugins']>>().superRefine((value, ctx) => {
    const whole: unknown = value;
    if (isObject(whole) && !Array.isArray(whole) && !('name' in whole)) eachStage(whole, ctx, pluginsFault);
    else complain(ctx, [], pluginsFault(whole));
  }),
} satisfies Partial<Record<keyof UlmfitConfig, z.ZodType>>;

const beyond = z.object(beyondFlags).partial();

/** What a file says beyond the flags. */
export type ConfigExtras = z.infer<typeof beyond>;

/** A schema made of the flags themselves, so that a file and the command line refuse the same. */
const schema = z.strictObject(
  Object.fromEntries(
    Object.entries({
      ...Object.fromEntries(
        Object.entries(options)
          .filter(([name]) => !notInFile.some((other) => other === name))
          .map(([name, option]) => [name, flagSchema(option)]),
      ),
      ...beyondFlags,
    }).map(([name, type]) => [name, type.optional()]),
  ),
);

/** The settings that a file may have. */
export const settingNames: readonly string[] = Object.keys(schema.shape);

function flagSchema(option: Option): z.ZodType {
  if (option.isBoolean() || option.negate) return z.boolean('must be true or false');
  if (option.variadic) return z.array(z.string(), 'must be a list of texts');
  const { argChoices, parseArg } = option;
  if (argChoices) return z.enum(argChoices, `must be one of ${argChoices.join(', ')}`);
  if (!parseArg) return z.string('must be a text');
  return z.union([z.string(), z.number(), z.array(z.string())]).transform((value, ctx): unknown => {
    try {
      return parseArg(String(value), undefined);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      ctx.addIssue({
        code: 'custom',
        message: oneLine(error.message).replace(/^It /, '').replace(/\.$/, ''),
      });
      return z.NEVER;
    }
  });
}

/**
 * Settings as the flags would give them.
 * @param path where they are from, for the message
 * @throws UlmfitError `BAD_CONFIG_FILE`
 */
export function checkedConfig(
  settings: unknown,
  path: string,
): { settings: Readonly<Record<string, unknown>>; extras: ConfigExtras } {
  const { success, data, error } = schema.safeParse(settings);
  if (success) {
    const extras = beyond.parse(data);
    if (extras.task === undefined) return { settings: data, extras };
    if (data['data'] !== undefined)
      throw new UlmfitError(
        'BAD_CONFIG_FILE',
        `${path}: task and data exclude each other; remove one of them`,
      );
    // Nobody may ask for it.
    if (extras.task instanceof Promise) extras.task.catch(() => undefined);
    return { settings: data, extras };
  }
  const [issue] = error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const meant = nearest(key, settingNames);
    const cure = meant === undefined ? 'see `ulmfit run --help` for the settings' : `did you mean ${meant}?`;
    throw new UlmfitError('BAD_CONFIG_FILE', `${path}: there is no setting ${brief(key)}; ${cure}`);
  }
  const name = issue?.path.join('.');
  const what = name
    ? `${name}: ${issue?.message ?? ''}`
    : 'must export an object of settings, as defineConfig gives it';
  throw new UlmfitError('BAD_CONFIG_FILE', `${path}: ${what}`);
}
