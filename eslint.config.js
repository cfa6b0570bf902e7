// The lint rules. Two matter more than the rest: the layering of the house (dependencies point downwards
// only, docs/adr/0001-layers.md) and the wall around the engine that keeps it deterministic.
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Bottom to top. A floor may import the floors before it, and nothing else of src/. */
const floors = ['engine', 'api', 'cgroup', 'workload', 'fleet', 'kube', 'controllers', 'operator', 'cli'];

/** Operator and CLI stand side by side: the CLI may start the operator, never the reverse. */
const layeringZones = floors.slice(0, -1).map((floor, index) => ({
  target: `./src/${floor}`,
  from: floors.slice(index + 1).map((above) => `./src/${above}`),
  message: `src/${floor} may import only the floors below it (docs/adr/0001-layers.md).`,
}));

/** src/fleet and src/kube do not know each other: controllers bring them together. */
const kubeZone = {
  target: './src/kube',
  from: ['./src/engine', './src/cgroup', './src/workload', './src/fleet'],
  message: 'src/kube is transport only: it knows the API, not the simulation (docs/adr/0001-layers.md).',
};

/** The engine is a world of its own: nothing of the house, no library, no built-in module. */
const engineZone = {
  target: './src/engine',
  from: [...floors.slice(1).map((above) => `./src/${above}`), './src/errors.ts', './node_modules'],
  message: 'src/engine imports nothing outside itself (docs/adr/0001-layers.md).',
};

const nondeterminism = ['Date', 'performance', 'process', 'setTimeout', 'setInterval', 'setImmediate'].map(
  (name) => ({
    name,
    message: 'The engine has no clock and no I/O: take what it needs as an argument.',
  }),
);

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver': { node: { extensions: ['.ts', '.js'] } } },
    rules: {
      complexity: ['error', 10],
      'max-depth': ['error', 3],
      eqeqeq: 'error',
      'no-console': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones: [...layeringZones, kubeZone, engineZone] }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/promise-function-async': 'error',
      '@typescript-eslint/return-await': ['error', 'always'],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // A boundary says what comes out of it: its type parameter names the result only.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // client-node's models are classes without behaviour: literals are how its users write them.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },
  {
    files: ['src/engine/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...nondeterminism],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use the seeded streams of engine/random.ts.' },
      ],
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^[^.]', message: 'src/engine imports nothing outside itself.' }] },
      ],
      // Indexing typed arrays in hot loops: the bounds are the loops' own.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.js'],
    ...tseslint.configs.disableTypeChecked,
  },
  prettier,
);
