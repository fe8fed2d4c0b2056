import tseslint from 'typescript-eslint';
import { browserSafe, floors, nodeHalves, rooms } from './tools/floors.mjs';

/** What no file of a package may import: everything of ours that does not stand in its row of the floors' table. */
const outside = ({ name, mayImport }, isNodeHalf = false) => [
  {
    regex: `^(@ulmfit/(?!(${[...mayImport, name].map((n) => n.replace('@ulmfit/', '')).join('|')})(/|$))|ulmfit(/|$)|(\\.\\./){2,})`,
    message: `Imports only go down: see docs/architecture.md for what ${name} may import.`,
  },
  ...(browserSafe.includes(name) && !isNodeHalf
    ? [
        {
          regex: '^(node:|@ulmfit/files$)',
          message: 'This package runs in browsers too: import from @ulmfit/files/portable.',
        },
        ...(nodeHalves[name]
          ? [
              {
                regex: `^\\./${nodeHalves[name]}/`,
                message: `This runs in browsers too: ${nodeHalves[name]}/ is for Node alone.`,
              },
            ]
          : []),
      ]
    : []),
  ...(name === '@ulmfit/backend-node' || name === 'ulmfit'
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
  ...(nodeHalves[row.name]
    ? [boundary(`${directory}/src/${nodeHalves[row.name]}/**/*.ts`, outside(row, true))]
    : []),
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

// What has no row in tsconfig.lint.json: plain JavaScript, and packages of strangers and the site's pages, which have a project of their own.
const untyped = ['**/*.js', '**/*.mjs', 'docs/examples/third-party/**', 'apps/docs/.vitepress/**'];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      'docs/site/**',
      '.nx/**',
      'runs/**',
      'packages/kernels/assembly/**',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    // One program for all, from the source: the packages' own projects leave their tests out, and would be one program each.
    languageOptions: {
      parserOptions: { project: ['tsconfig.lint.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // Numbers stand in messages as they are; all else that is no text is still an error.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // `() => tensor.dispose()` is shorter than a block and as clear.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // An interface asks for a promise, or a test for a function that gives one, where there is nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // What is checked at run time for callers in plain JavaScript, the types say can't be.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-conversion': 'off',
      // TensorFlow.js's functions infer their rank from what they are asserted to give.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      // `Record<never, never>` is a model without taps; a hook may give nothing.
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      // `[...text]` is a text's code points.
      '@typescript-eslint/no-misused-spread': 'off',
      // Hooks are taken from their plugin and called as its methods.
      '@typescript-eslint/unbound-method': 'off',
      // `String(value)` of JSON that has been checked; `keyof T & string` says what a key is.
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      // node:test waits for its own tests.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['describe', 'it', 'test'] },
          ],
        },
      ],
      // Recurses without end on the types of TensorFlow.js (typescript-eslint 8.73).
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: [
      '**/*.test.ts',
      '**/*.test-helper.ts',
      'packages/create-ulmfit-plugin/templates/**/*.ts',
      'docs/examples/**/*.ts',
      'tools/**/*.ts',
    ],
    rules: {
      // Tests look into JSON and hand wrong values over on purpose.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-type-arguments': 'off',
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
      // `void name` is a use of what is only there to compile or not; `await` takes what may be a promise.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/await-thenable': 'off',
    },
  },
  { files: untyped, ...tseslint.configs.disableTypeChecked },
  // Node starts CommonJS sooner.
  { files: ['apps/ulmfit/bin/*.js'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  ...boundaries,
);
