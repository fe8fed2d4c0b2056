/** What the questions came to. */
export interface InitAnswers {
  readonly data: string;
  /** Absent where the data has no columns. */
  readonly text?: readonly string[];
  readonly label?: string;
  readonly out: string;
}

/** A settings file that says what was answered, and where to read on. */
export function configText({ data, text, label, out }: InitAnswers): string {
  const settings = {
    data,
    ...(text && { textColumn: text.join(',') }),
    ...(label !== undefined && { labelColumn: label }),
    out,
  };
  const lines = Object.entries(settings).map(([name, value]) => `  ${name}: ${literal(value)},`);
  return [
    "import { defineConfig } from 'ulmfit';",
    '',
    '// Every flag of `ulmfit run --help` is a setting here, under its name in camel case.',
    'export default defineConfig({',
    ...lines,
    '});',
    '',
  ].join('\n');
}

/** A text as TypeScript has it, in single quotes as formatters do. */
const literal = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
