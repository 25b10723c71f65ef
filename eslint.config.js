// What a linter can say of STYLE: the strict type-checked preset, the size budget, one way to
// export, no mocks, and a pure core. What it cannot say is in tools/tidy.test.ts; which package
// and folder may import which is in .dependency-cruiser.cjs.
import { builtinModules } from 'node:module';
import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const tests = ['**/*.test.ts', 'packages/*/test/**', 'examples/test/**'];
const configFiles = ['*.config.{js,ts}', '.*.cjs'];
const core = ['packages/protocol/src/**', 'packages/*/src/core/**'];

/** Syntax that is not written anywhere, with what to write instead. */
const restrictedSyntax = [
  {
    selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
    message: 'Export by name: a default export has a different name in every file.',
  },
  {
    selector: 'ExportAllDeclaration',
    message: 'Re-export by name: an index is a table of contents.',
  },
  {
    selector: ':matches(PropertyDefinition, MethodDefinition)[accessibility]',
    message: 'Use a #private member; everything else is public without saying so.',
  },
  {
    selector:
      ':matches(ClassDeclaration, ClassExpression)[superClass]:not([superClass.name=/Error$/])',
    message: 'Only errors inherit: take what you need as an argument.',
  },
];

/** A clock read by the back door: `Date()`, `new Date()`. */
const restrictedCoreSyntax = [
  {
    selector: ':matches(NewExpression, CallExpression)[callee.name="Date"][arguments.length=0]',
    message: 'The core has no clock: take the time as an argument.',
  },
];

const bareBuiltin = `^(?:${builtinModules.filter((name) => !name.includes(':')).join('|')})$`;
const ioGlobals = ['process', 'fetch', 'WebSocket', 'console', 'crypto', 'performance', 'Buffer'];
const timerGlobals = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
];

const pureCore = {
  files: core,
  ignores: tests,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^node:|${bareBuiltin}`,
            message: 'The core is pure: I/O comes in through a port.',
          },
        ],
      },
    ],
    'no-restricted-globals': [
      'error',
      ...[...ioGlobals, ...timerGlobals, 'globalThis'].map((name) => ({
        name,
        message: 'The core is pure: time, randomness and I/O come in as inputs.',
      })),
    ],
    'no-restricted-properties': [
      'error',
      { object: 'Date', property: 'now', message: 'Take the time as an argument.' },
      { object: 'performance', property: 'now', message: 'Take the time as an argument.' },
      { object: 'Math', property: 'random', message: 'Take randomness as an argument.' },
      { object: 'AbortSignal', property: 'timeout', message: 'Return the deadline as data.' },
    ],
    'no-restricted-syntax': ['error', ...restrictedSyntax, ...restrictedCoreSyntax],
  },
};

const everywhere = {
  linterOptions: { reportUnusedDisableDirectives: 'error' },
  rules: {
    eqeqeq: 'error',
    'max-lines': ['error', { max: 400 }],
    'max-lines-per-function': ['error', { max: 70 }],
    'no-restricted-syntax': ['error', ...restrictedSyntax],
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: bareBuiltin,
            message: 'Write the node: prefix, so that a built-in is told from a package.',
          },
        ],
      },
    ],
    'prefer-const': 'error',
  },
};

const typed = {
  files: ['**/*.ts', 'tools/**/*.mjs'],
  extends: [tseslint.configs.strictTypeChecked],
  languageOptions: {
    parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
  },
  rules: {
    // An arrow that only calls is clearer than one with braces around the call.
    '@typescript-eslint/no-confusing-void-expression': [
      'error',
      { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
    ],
    // `void promise` hides a rejection; say what happens to it with `.catch`.
    '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
    '@typescript-eslint/no-unnecessary-condition': [
      'error',
      { allowConstantLoopConditions: 'only-allowed-literals' },
    ],
    '@typescript-eslint/no-unused-vars': [
      'error',
      { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
    ],
    // Exports state their types, also where the value is a literal.
    '@typescript-eslint/prefer-as-const': 'off',
    '@typescript-eslint/prefer-readonly': 'error',
    '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    '@typescript-eslint/switch-exhaustiveness-check': [
      'error',
      { requireDefaultForNonUnion: true, considerDefaultExhaustiveForUnions: true },
    ],
  },
};

const testRules = {
  files: tests,
  rules: {
    // A describe block is as long as its cases; max-lines still bounds the file.
    'max-lines-per-function': 'off',
    'no-console': 'off',
    // A fake may have nothing to wait for where its port does.
    '@typescript-eslint/require-await': 'off',
    'no-restricted-properties': [
      'error',
      ...['mock', 'doMock', 'fn', 'spyOn', 'hoisted', 'stubGlobal'].map((property) => ({
        object: 'vi',
        property,
        message: 'No mocks: use a fake that implements the port, or the real thing.',
      })),
    ],
  },
};

/** tsc checks the tools' JavaScript (tools/tsconfig.json), and knows the globals better. */
const checkedScripts = { files: ['tools/**/*.mjs'], rules: { 'no-undef': 'off' } };

const plainScripts = {
  files: ['packages/*/{bin,test}/**/*.{js,mjs}', ...configFiles],
  extends: [tseslint.configs.disableTypeChecked],
  languageOptions: {
    globals: Object.fromEntries(
      ['module', 'URL', ...ioGlobals, ...timerGlobals].map((name) => [name, 'readonly']),
    ),
  },
};

export default defineConfig(
  globalIgnores(['.cache', '**/dist', '**/coverage', '**/generated']),
  eslint.configs.recommended,
  everywhere,
  typed,
  { files: ['packages/*/src/**/*.ts'], rules: { 'no-console': 'error' } },
  pureCore,
  testRules,
  checkedScripts,
  plainScripts,
  {
    files: configFiles,
    rules: { 'no-restricted-syntax': 'off', '@typescript-eslint/no-require-imports': 'off' },
  },
);
