// same_kernels.mjs FILE FILE...: addons built in different ways have to export the same kernel table.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const require = createRequire(import.meta.url);
const [first, ...others] = process.argv.slice(2).map((file) => ({ file, kernels: require(resolve(file)).kernels }));
if (others.length === 0 || first.kernels.length === 0) throw new Error('expected two addons with kernels');
for (const { file, kernels } of others) {
  const difference = [
    ...kernels.filter((name) => !first.kernels.includes(name)),
    ...first.kernels.filter((name) => !kernels.includes(name)),
  ];
  if (difference.length > 0) throw new Error(`${first.file} and ${file} differ in ${difference.join(', ')}`);
}
console.log(`${first.kernels.length} kernels, the same in ${others.length + 1} addons`);
