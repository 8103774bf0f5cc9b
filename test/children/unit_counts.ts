import * as torch from '../../lib';
import { kernel } from '../../lib/native/kernel';

/** Prints what unit_counts finds in seeded values of several shapes. */

torch.manual_seed(5);
const count_units = kernel('unit_counts');
const found = [
  [9, 37, 1],
  [5, 11, 7],
  [3, 4, 130],
].flatMap(([outer, units, inner]) =>
  [torch.float32, torch.float64].map((dtype) => {
    const y = torch.randint(-2, 3, [outer, units, inner]).to(dtype);
    const counts = torch.zeros([4, units], { dtype: torch.float64 });
    count_units(dtype.code, outer, units, inner, y, -2, NaN, counts);
    return counts.tolist();
  }),
);
process.stdout.write(JSON.stringify(found));
