import * as regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.palate/**', 'coverage/**', '**/*.cjs'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      // mongoose and the driver declare plain option objects as classes.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
    },
  },
  {
    // What a client sends may meet any of these: none may take longer than the text is long, not even where it stands in a larger pattern.
    files: ['src/**/*.ts'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignorePartial: false, ignoreSticky: false }],
    },
  },
  {
    // Only main.ts owns the process: everything else is handed what it needs.
    files: ['src/**/*.ts'],
    ignores: ['src/main.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'process', message: 'Only src/main.ts touches the process; take a setting or a dependency.' },
      ],
    },
  },
  {
    // A defect of a workflow's own code fails its task and waits for a version without it; caught, it would end the run.
    files: ['src/workflows/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'CatchClause:not([body.body.0.expression.callee.name="rethrowDefect"][body.body.0.expression.arguments.0.name="failure"][param.name="failure"])',
          message: 'Begin with `rethrowDefect(failure)`: a defect of the workflow itself is not to be handled here.',
        },
        {
          selector:
            ':matches(CallExpression[callee.property.name="catch"], CallExpression[callee.property.name="then"][arguments.length>1])',
          message:
            'Take try and catch, and begin with `rethrowDefect(failure)`: this handles defects of the workflow, too.',
        },
        {
          selector: 'MemberExpression[object.name="Promise"][property.name=/^(allSettled|any)$/]',
          message: 'It swallows defects of the workflow: await what is expected to fail in a try of its own.',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'no-console': 'off' },
  },
);
