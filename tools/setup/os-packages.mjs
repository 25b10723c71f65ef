/**
 * Programs that tests run and npm does not bring, as a table: a step that needs one adds its row
 * here, and nothing else. PostgreSQL is not in it, since npm brings its binaries.
 */

/**
 * @typedef {object} OsPackage
 * @property {string} name What people call it, `Redis`.
 * @property {string} command The program whose presence on the PATH (or in sbin) means installed.
 * @property {string} debianPackage What apt-get installs for it.
 * @property {string} why Which tests need it.
 */

const lambda = "building AWS Lambda's runtime client";

/** @type {readonly OsPackage[]} */
export const osPackages = [
  {
    name: 'Redis',
    command: 'redis-server',
    debianPackage: 'redis-server',
    why: 'the tests, the demo and the benchmarks of the Redis store',
  },
  {
    name: 'MariaDB',
    command: 'mariadbd',
    debianPackage: 'mariadb-server-core',
    why: 'the tests, the demo and the benchmarks of the MariaDB store',
  },
  {
    name: 'strace',
    command: 'strace',
    debianPackage: 'strace',
    why: 'the test that looks on while a journal syncs',
  },
  { name: 'Autoconf', command: 'autoconf', debianPackage: 'autoconf', why: lambda },
  { name: 'Automake', command: 'automake', debianPackage: 'automake', why: lambda },
  { name: 'Libtool', command: 'libtoolize', debianPackage: 'libtool', why: lambda },
  { name: 'CMake', command: 'cmake', debianPackage: 'cmake', why: lambda },
  { name: 'Make', command: 'make', debianPackage: 'make', why: lambda },
  { name: 'G++', command: 'g++', debianPackage: 'g++', why: lambda },
  { name: 'Python', command: 'python3', debianPackage: 'python3', why: lambda },
];
