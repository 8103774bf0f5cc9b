import type { Golden, ModuleReport } from './parity';

/** docs/parity.md: what {@link run_all} found, as a page, and back. */

export interface PageRow {
  module: string;
  samples: number;
  passed: number;
  error: { float32: number; float64: number };
}

function power(error: number): string {
  return error === 0 ? '0' : error.toExponential(0);
}

export function write_page(golden: Golden, reports: readonly ModuleReport[]): string {
  const { torch, samples } = golden;
  const { beyond } = golden;
  const rows = reports.map(
    ({ module, samples, passed, error }) =>
      `| ${module} | ${samples} | ${passed} | ${power(error.float32)} | ${power(error.float64)} |`,
  );
  const sum = (of: (report: ModuleReport) => number): number => reports.reduce((total, each) => total + of(each), 0);
  const own = samples.filter(({ source }) => source === 'more').length;
  return `# Modules against PyTorch

Written by \`npm run docs:parity\`; a test keeps it current.

PyTorch tests its modules on samples of its own (torch.testing._internal: common_modules and common_nn). test/golden/modules.py writes them to a file with
the values and gradients of PyTorch ${torch}: ${samples.length} samples of ${new Set(samples.map(({ module }) => module)).size} modules, of which ${own} cover what PyTorch's leave out. Of the samples that
vary one thing more than a dozen times, and of those above 900 numbers, some are left out, to keep the file small.

Ours is made by the same name and arguments, its state is loaded by name, and compared are the outputs, the gradients of the inputs and of the
parameters, and the buffers afterwards, in float32 and in float64. Modules that draw random numbers run in evaluation. An error is relative to the largest
element of its tensor; PyTorch's values are known to 6e-8, the precision in which the file holds them. It may be 2e-5 in float32 and 2e-7 in float64, and twice
PyTorch's own where its float32 is further from its float64 (samples of attention and RNN whose gradients are differences of nearly equal numbers).

| module | samples | passed | largest error in float32 | in float64 |
|---|---|---|---|---|
${rows.join('\n')}
| all ${reports.length} | ${sum((each) => each.samples)} | ${sum((each) => each.passed)} | | |

Of the modules that PyTorch has samples for, cresset does not have ${beyond.slice(0, -1).join(', ')} and ${beyond[beyond.length - 1]}.
`;
}

export function read_page(text: string): PageRow[] {
  const rows = text.matchAll(/^\| (\w+) \| (\d+) \| (\d+) \| (\S+) \| (\S+) \|$/gm);
  return [...rows].map(([, module, ...numbers]) => {
    const [samples, passed, float32, float64] = numbers.map(Number);
    return { module, samples, passed, error: { float32, float64 } };
  });
}
