import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as torch from 'cresset';

/** The dtypes of results against PyTorch's, for all pairs of dtypes, dimensions and numbers. */

const table: Record<string, string> = JSON.parse(readFileSync(join(__dirname, 'golden/promotion.json'), 'utf8'));
const { float32, float64, int64, int32, uint8, bool } = torch;
const dtypes: Record<string, torch.DType> = { float32, float64, int64, int32, uint8, bool };
type Operand = torch.Tensor | number;

function operand(text: string): Operand {
  if (text === 'true') return true as unknown as number;
  const [, name, flat] = /^([a-z]+(?:32|64|8)?)(0?)$/.exec(text) ?? [];
  return name === undefined ? Number(text) : torch.ones(flat === '0' ? [] : [2], { dtype: dtypes[name] });
}

const calls: Record<string, (a: Operand, b: Operand) => torch.Tensor> = {
  add: torch.add,
  mul: torch.mul,
  div: torch.div,
  pow: torch.pow,
  maximum: torch.maximum,
  eq: torch.eq,
  remainder: torch.remainder,
  floor_divide: torch.floor_divide,
  where: (a, b) => torch.where(torch.tensor([true, false]), a, b),
  clamp_min: (a, b) => torch.clamp(a as torch.Tensor, { min: b }),
  cat: (a, b) => torch.cat([a as torch.Tensor, b as torch.Tensor]),
};

test.each(Object.keys(calls))('%s gives the dtypes that PyTorch gives', (op) => {
  const wrong: string[] = [];
  for (const [key, expected] of Object.entries(table)) {
    const [name, a, b] = key.split(' ');
    if (name !== op) continue;
    let found: string;
    try {
      found = calls[op](operand(a), operand(b)).dtype.name;
    } catch (error) {
      found = (error as Error).message;
    }
    if (found !== expected) wrong.push(`${key}: ${found}, expected ${expected}`);
  }
  expect(wrong).toEqual([]);
});
