import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports only: a thing has one name everywhere.',
};

/** What a deterministic simulation may not touch, each with what to use instead. */
const kernelLaws = [
  noDefaultExport,
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Use kernel.now or kernel.turn.cursor.',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Use kernel.formatTime().' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Draw from kernel.stream(name).',
  },
  { selector: "MemberExpression[object.name='performance']", message: 'Virtual time only: kernel.now.' },
  { selector: ':function[async=true]', message: 'Everything runs to completion: what waits is a scheduled task.' },
  {
    selector: "CallExpression[callee.property.name='localeCompare']",
    message: 'Compare with < and >: no locale in the simulation.',
  },
  { selector: "MemberExpression[object.name='console']", message: 'Leave a trace event.' },
];

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      '.cache/**',
      'node_modules/**',
      'src/**/generated/**',
      'test-results/**',
      'playwright-report/**',
    ],
  },
  ...tseslint.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: ['error', 'always'],
      'no-restricted-syntax': ['error', noDefaultExport],
    },
  },
  {
    files: ['src/sim/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...kernelLaws],
      'no-restricted-globals': [
        'error',
        { name: 'setTimeout', message: 'Schedule a task on the kernel.' },
        { name: 'setInterval', message: 'Schedule a task on the kernel.' },
        { name: 'queueMicrotask', message: 'Everything runs to completion.' },
        { name: 'fetch', message: 'The simulation reaches nothing outside.' },
        { name: 'crypto', message: 'Draw from kernel.stream(name).' },
      ],
    },
  },
  {
    files: ['src/ui/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
    },
  },
  {
    files: ['*.config.{ts,js}', 'vite.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
