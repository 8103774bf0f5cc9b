/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/{test,examples}/**/*.test.ts'],
  transform: { '\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/test/tsconfig.json' }] },
  // Tests run against the sources; only the addon is built.
  moduleNameMapper: { '^cresset$': '<rootDir>/lib/index.ts', '^cresset/(?!package)(.*)$': '<rootDir>/lib/$1.ts' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/build/'],
  globalSetup: '<rootDir>/test/require_addon.ts',
  reporters: ['default', '<rootDir>/scripts/jest_summary.js'],
  maxWorkers: 2,
  testTimeout: 60_000,
};
