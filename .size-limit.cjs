/** What a function on Node.js carries: the SDK as a module of Node, not as a script of a browser. */
module.exports = [
  {
    name: '@rendezvous/client with its dependency, minified',
    path: 'packages/client/dist/index.js',
    limit: '41.9 kB',
    gzip: false,
    brotli: false,
    ignore: ['node:*', 'ws'],
    modifyEsbuildConfig: (config) => ({ ...config, platform: 'node', format: 'esm' }),
  },
];
