import tseslint from 'typescript-eslint';
import { browserSafe, floors, rooms } from './tools/floors.mjs';

/** What no file of a package may import: everything of ours that does not stand in its row of the floors' table. */
const outside = ({ name, mayImport }) => [
  {
    regex: `^(@ulmfit/(?!(${[...mayImport, name].map((n) => n.replace('@ulmfit/', '')).join('|')})(/|$))|ulmfit(/|$)|(\\.\\./){2,})`,
    message: `Imports only go down: see docs/architecture.md for what ${name} may import.`,
  },
  ...(browserSafe.includes(name)
    ? [
        {
          regex: '^(node:|@ulmfit/files$)',
          message: 'This package runs in browsers too: import from @ulmfit/files/portable.',
        },
      ]
    : []),
  ...(name === '@ulmfit/backend-node'
    ? []
    : [
        {
          regex: '^@tensorflow/(?!tfjs-core(/|$)|tfjs-backend-cpu(/|$))',
          message: 'Libraries run on any backend: they import tfjs-core alone.',
        },
      ]),
];

/** The rule for some files of a package. A test may use what stands above: it is not shipped. */
const boundary = (files, patterns) => ({
  files: [files],
  ignores: ['**/*.test.ts', '**/*.test-helper.ts'],
  rules: { 'no-restricted-imports': ['error', { patterns }] },
});

// The later of two rules for a file replaces the earlier: a room's repeats its package's.
const boundaries = Object.entries(floors).flatMap(([directory, row]) => [
  boundary(`${directory}/src/**/*.ts`, outside(row)),
  ...(rooms[directory] ?? []).slice(0, -1).map((room, i) =>
    boundary(`${directory}/src/${room}/**/*.ts`, [
      ...outside(row),
      {
        regex: `^\\.\\./(${rooms[directory].slice(i + 1).join('|')})/`,
        message: `Rooms only import those before them: ${rooms[directory].join(', ')}.`,
      },
    ]),
  ),
]);

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', 'docs/site/**', '.nx/**', 'runs/**'] },
  ...tseslint.configs.recommended,
  {
    languageOptions: { parserOptions: { projectService: false } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
  ...boundaries,
);
