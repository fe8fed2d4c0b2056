import tseslint from 'typescript-eslint';
import { browserSafe, floors } from './tools/floors.mjs';

/** What each package may not import: everything of ours that does not stand in its row of the floors' table. */
const boundaries = Object.entries(floors).map(([directory, { name, mayImport }]) => ({
  files: [`${directory}/src/**/*.ts`],
  // A test may use what stands above: it is not shipped.
  ignores: ['**/*.test.ts', '**/*.test-helper.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
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
        ],
      },
    ],
  },
}));

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
