// Who may import whom (STYLE: boundaries). The picture:
//
//   protocol ◀─ client ◀─ server ◀─ testkit ◀─ cli
//       ▲          ▲         (client only through its `session` subpath)
//       │          └─ functions
//       └─ stores ◀────────────────────────────┘
//
// An edge between packages is allowed here, and must also be in that package's package.json.

/** Package → the packages that its code may import. Tests may import everything. */
const edges = {
  protocol: [],
  client: ['protocol'],
  functions: ['client'],
  stores: ['protocol'],
  server: ['protocol', 'client'],
  testkit: ['protocol', 'client', 'server'],
  cli: ['protocol', 'client', 'stores', 'server', 'testkit'],
};

const tests = '(\\.test\\.ts$|^packages/[^/]+/test/)';

/** Where an import of another workspace package ends: its source, or its build. */
const inPackages = (names) => `^packages/(${names.join('|')})/`;

const edgeRules = Object.entries(edges).map(([name, allowed]) => ({
  name: `edges-of-${name}`,
  severity: 'error',
  comment: `${name} may import ${allowed.length === 0 ? 'no other package' : allowed.join(', ')}.`,
  from: { path: `^packages/${name}/`, pathNot: tests },
  to: {
    path: '^packages/',
    pathNot: inPackages([name, ...allowed]),
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...edgeRules,
    {
      name: 'server-takes-only-the-session-from-client',
      severity: 'error',
      comment:
        "Peer links and monitors speak sessions; the SDK's context and policies are not a node's.",
      from: { path: '^packages/server/', pathNot: tests },
      to: { path: '^packages/client/', pathNot: '^packages/client/(src|dist)/session/index\\.' },
    },
    {
      name: 'no-deep-imports',
      severity: 'error',
      comment: 'Import another package by its name and a subpath of its exports.',
      from: { path: '^(packages/[^/]+)/' },
      to: {
        path: '^packages/',
        pathNot: '^$1/',
        dependencyTypes: ['local'],
      },
    },
    {
      name: 'not-the-own-index',
      severity: 'error',
      comment: 'index.ts is a table of contents for others: import the file itself.',
      from: { path: '^packages/([^/]+)/src/', pathNot: tests },
      to: { path: '^packages/$1/src/index\\.ts$' },
    },
    {
      name: 'core-is-alone',
      severity: 'error',
      comment: 'The core imports itself and protocol, nothing else: no I/O, no library.',
      from: { path: '^packages/([^/]+)/src/core/', pathNot: tests },
      to: { pathNot: '^packages/($1/src/core|protocol)/' },
    },
    {
      name: 'protocol-is-alone',
      severity: 'error',
      comment: 'protocol depends on nothing.',
      from: { path: '^packages/protocol/src/', pathNot: tests },
      to: { pathNot: '^packages/protocol/src/' },
    },
    {
      name: 'no-driver-in-stores-or-functions',
      severity: 'error',
      comment:
        'Users bring their driver or SDK: describe the part in use as an interface, types included.',
      from: { path: '^packages/(stores|functions)/src/', pathNot: tests },
      // No driver: Redis' own table of commands, as data.
      to: { path: 'node_modules', pathNot: 'node_modules/@ioredis/commands/' },
    },
    {
      name: 'tests-are-leaves',
      severity: 'error',
      comment: 'What a test needs from another test is a file of its own, or belongs in testkit.',
      from: {},
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle has no order to read it in. Type-only imports count.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'The import leads nowhere.',
      from: {},
      // A package of types alone has nothing to resolve to.
      to: { couldNotResolve: true, pathNot: '^aws-lambda$' },
    },
    {
      name: 'no-undeclared-dependency',
      severity: 'error',
      comment: 'A package that ships code imports only what its own package.json declares.',
      from: { path: '^packages/[^/]+/src/', pathNot: tests },
      to: {
        path: 'node_modules',
        dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage|generated)/' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['rendezvous-source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
