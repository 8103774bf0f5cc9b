// What somebody who installed the package writes: five steps of training, in every way that Node runs code.

/** The module that imports or requires cresset as `torch` and calls this prints `trained` when the loss has fallen. */
const five_steps = `
torch.manual_seed(1);
const model = new torch.nn.Sequential(new torch.nn.Linear(8, 16), new torch.nn.LeakyReLU(0.1), new torch.nn.Linear(16, 1));
const optimizer = new torch.optim.SGD(model.parameters(), { lr: 0.05 });
const x = torch.randn([32, 8]);
const y = torch.randn([32, 1]);
const losses = [];
for (let step = 0; step < 5; step++) {
  optimizer.zero_grad();
  const loss = torch.nn.functional.mse_loss(model.forward(x), y);
  loss.backward();
  optimizer.step();
  losses.push(loss.item());
}
`;
const check = `if (!(losses[4] < losses[0])) throw new Error('the loss did not fall: ' + losses);\n`;
const say = `console.log('trained');\n`;
const typed_steps = five_steps.replace('const losses = []', 'const losses: number[] = []');

/** Files of the consumer's folder. */
export const files = {
  'package.json': '{ "private": true, "name": "consumer", "version": "1.0.0" }\n',
  'train.cjs': `const torch = require('cresset');\n${five_steps}${check}${say}`,
  'train.mjs': `import * as torch from 'cresset';\n${five_steps}${check}${say}`,
  'train.mts': `import * as torch from 'cresset';\n${typed_steps}${check}${say}`,
  'both.mjs': `import { createRequire } from 'node:module';
import * as torch from 'cresset';
const cjs = createRequire(import.meta.url)('cresset');
if (cjs.Tensor !== torch.Tensor || !(cjs.ones([2]) instanceof torch.Tensor)) throw new Error('two copies of cresset');
cjs.manual_seed(3);
const first = torch.rand([1]).item();
torch.manual_seed(3);
if (cjs.rand([1]).item() !== first) throw new Error('two states of cresset');
${say}`,
  'worker.mjs': `import { Worker } from 'node:worker_threads';
new Worker(new URL('./train.cjs', import.meta.url)).on('error', (error) => { throw error; });
`,
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable', 'dom'],
      strict: true,
      types: [],
      outDir: 'out',
      rootDir: '.',
    },
    files: ['train.mts'],
  }),
  'jest.config.json': '{ "testMatch": ["<rootDir>/train.test.cjs"] }\n',
  'train.test.cjs': `const torch = require('cresset');\ntest('trains', () => {${five_steps}expect(losses[4]).toBeLessThan(losses[0]);\n});\n`,
  'vitest.config.mjs': `export default { test: { globals: true, include: ['train.test.mjs'] } };\n`,
  'train.test.mjs': `import * as torch from 'cresset';\ntest('trains', () => {${five_steps}expect(losses[4]).toBeLessThan(losses[0]);\n});\n`,
};

/** Ways to run it: a name, the arguments of node, and what its output must hold. `tools` finds a development tool's script. */
export function runs(node_version, tools) {
  const [major, minor] = node_version.split('.').map(Number);
  const strips_types = major > 22 || (major === 22 && minor >= 6);
  return [
    { name: 'CommonJS', args: ['train.cjs'], says: 'trained' },
    { name: 'ESM', args: ['train.mjs'], says: 'trained' },
    { name: 'ESM and CommonJS together', args: ['both.mjs'], says: 'trained' },
    { name: 'worker', args: ['worker.mjs'], says: 'trained' },
    // The warning is Node's, about its own flag.
    ...(strips_types
      ? [
          {
            name: 'TypeScript by Node',
            args: ['--experimental-strip-types', '--disable-warning=ExperimentalWarning', 'train.mts'],
            says: 'trained',
          },
        ]
      : []),
    { name: 'tsc', args: [tools('typescript/bin/tsc')], says: '' },
    { name: 'TypeScript by tsc', args: ['out/train.mjs'], says: 'trained' },
    { name: 'Jest', args: [tools('jest/bin/jest.js'), '--config', 'jest.config.json'], says: '1 passed', stderr: true },
    { name: 'Vitest', args: [tools('vitest/vitest.mjs'), 'run'], says: '1 passed' },
  ];
}
