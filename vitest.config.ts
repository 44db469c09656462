import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    disableConsoleIntercept: true,
    testTimeout: 30_000,
    coverage: {
      include: ['src/**'],
      thresholds: {
        'src/parsers/**': { statements: 95, branches: 90, functions: 95 },
        'src/analysis/**': { statements: 95, branches: 90, functions: 95 },
      },
    },
  },
})
