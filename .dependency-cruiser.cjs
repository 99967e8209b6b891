/** The import rules of the house (docs/architecture.md): features are columns, layers are floors. */
const floor = (name, from, allowed) => ({
  name,
  severity: 'error',
  comment: `${from} may import only: ${allowed.join(', ') || 'nothing of the house'}`,
  from: { path: `^src/${from}` },
  to: { path: '^src/', pathNot: [`^src/${from}`, ...allowed.map((a) => `^src/${a}`)] },
});
/** The same, but `import type` of the named floors is free. */
const typesOf = (name, from, allowed, types) => ({
  ...floor(name, from, allowed),
  to: {
    path: '^src/',
    pathNot: [`^src/${from}`, ...allowed.map((a) => `^src/${a}`)],
    dependencyTypesNot: ['type-only'],
  },
  comment: `${from} may import only: ${allowed.join(', ')}; types of ${types.join(', ')}`,
});

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    floor('model-is-bottom', 'model/', []),
    {
      name: 'model-packages',
      severity: 'error',
      from: { path: '^src/model/' },
      to: { path: 'node_modules', pathNot: 'node_modules/zod' },
    },
    typesOf('messages-take-types-of-model', 'messages/', [], ['model']),
    {
      name: 'messages-have-no-type-beyond-model',
      severity: 'error',
      from: { path: '^src/messages/' },
      to: { path: '^src/', pathNot: '^src/(messages|model)/' },
    },
    {
      name: 'messages-packages',
      severity: 'error',
      from: { path: '^src/messages/' },
      to: {
        path: 'node_modules',
        pathNot: 'node_modules/@temporalio/(workflow|common)',
        dependencyTypesNot: ['type-only'],
      },
    },
    typesOf('workflows-are-deterministic', 'workflows/', ['messages/'], ['activities', 'model']),
    {
      name: 'workflows-types-only-of-activities-and-model',
      severity: 'error',
      from: { path: '^src/workflows/' },
      to: { path: '^src/', pathNot: '^src/((workflows|messages|activities|model)/|palate/activities[.]ts$)' },
    },
    {
      name: 'workflows-know-of-palate-the-type-of-activities-in-proxies',
      severity: 'error',
      from: { path: '^src/workflows/', pathNot: '^src/workflows/proxies[.]ts$' },
      to: { path: '^src/palate/' },
    },
    {
      name: 'workflows-packages',
      severity: 'error',
      from: { path: '^src/workflows/' },
      to: {
        path: 'node_modules',
        pathNot: 'node_modules/@temporalio/(workflow|common)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'workflows-no-node',
      severity: 'error',
      from: { path: '^src/(workflows|messages|model)/' },
      to: { dependencyTypes: ['core'] },
    },
    floor('api', 'api/', [
      'model/',
      'messages/',
      'store/',
      'ml/',
      'launches/',
      'services/objects',
      'services/models',
      'services/signatures',
      'services/gunzip',
      'config/',
      'telemetry/',
    ]),
    floor('activities', 'activities/', ['model/', 'messages/', 'store/', 'services/', 'ml/', 'config/', 'telemetry/']),
    floor('imports', 'imports/', ['model/', 'store/', 'ml/', 'services/fooddata', 'services/gunzip']),
    floor('store', 'store/', ['model/']),
    floor('services', 'services/', ['model/', 'ml/']),
    floor('ml-is-pure', 'ml/', ['model/']),
    {
      name: 'ml-is-only-types-of-model',
      severity: 'error',
      from: { path: '^src/ml/' },
      to: { path: '^src/model/', dependencyTypesNot: ['type-only'] },
    },
    { name: 'ml-no-io', severity: 'error', from: { path: '^src/ml/' }, to: { dependencyTypes: ['core'] } },
    {
      name: 'one-csv-parser',
      severity: 'error',
      comment: 'CSV is read by src/ml/csv, which knows the lines of the file',
      from: { path: '^src/', pathNot: '^src/ml/csv/' },
      to: { path: 'node_modules/csv-parse' },
    },
    floor('launches', 'launches/', ['messages/', 'store/', 'model/', 'telemetry/']),
    { name: 'worker-not-api', severity: 'error', from: { path: '^src/worker/' }, to: { path: '^src/(api/|main)' } },
    floor('config', 'config/', []),
    floor('telemetry', 'telemetry/', ['config/', 'model/']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
