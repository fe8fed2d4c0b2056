import { brief, nearest, UlmfitError } from '@ulmfit/errors';
import { InvalidArgumentError, type Option } from 'commander';
import type { TrainingPlugin } from '@ulmfit/trainer';
import { z } from 'zod';
import { options } from '../flags.js';
import { oneLine } from '../one-line.js';
import { notInFile, type UlmfitConfig } from './ulmfit-config.js';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** What a file may say beyond the flags: the names of `UlmfitConfig`. */
const beyondFlags = {
  recipe: z.union(
    [z.string(), z.record(z.string(), z.unknown())],
    'must be settings, or the path of a JSON file',
  ),
  // A flag gives one rate at a time.
  lr: z.record(z.string(), z.number('must be a rate'), 'must be rates by stage, such as { finetune: 4e-3 }'),
  plugins: z.array(
    z.custom<TrainingPlugin>(
      (value) => isObject(value) && typeof value['name'] === 'string',
      'must be a plugin: an object with a name',
    ),
    'must be a list of plugins',
  ),
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
  if (success) return { settings: data, extras: beyond.parse(data) };
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
