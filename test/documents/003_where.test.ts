import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import * as torch from 'cresset';
import 'cresset/jest';
import { visualize_activation } from 'cresset/viz';

/** The document that writes the leaky rectifier with `torch.where`, and saves it and its derivative for a plot. */

const { nn } = torch;

function leaky_relu(x: torch.Tensor, alpha: number): torch.Tensor {
  return torch.where(x.gt(0), x, x.mul(alpha));
}

class LeakyReLU extends nn.Module {
  private alpha: number;

  constructor(alpha = 0.2) {
    super();
    this.alpha = alpha;
  }

  forward(x: torch.Tensor): torch.Tensor {
    return torch.where(x.gt(0), x, x.mul(this.alpha));
  }

  toString(): string {
    return `Activation Function: ${super.toString()}`;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'cresset-003-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the class prints its own text', () => {
  const lelu = new LeakyReLU();
  expect(String(lelu)).toBe('Activation Function: LeakyReLU()');
  expect(inspect(lelu)).toBe('Activation Function: LeakyReLU()');
});

test('the data of the plots', () => {
  const lelu = new LeakyReLU();
  const save_path = join(folder, 'data/activations/leaky_relu.json');
  const data = visualize_activation(torch.linspace(-2, 2, 1000), lelu, { save_path });
  expect(JSON.parse(readFileSync(save_path, 'utf8'))).toEqual(data);
  expect(data.x).toHaveLength(1000);
  expect([data.x[0], data.x[999]]).toEqual([-2, 2]);
  expect(torch.tensor(data.y)).toBeCloseToTensor(data.x.map((x) => (x > 0 ? x : 0.2 * x)));
  expect(torch.tensor(data.yp)).toBeCloseToTensor(data.x.map((x) => (x < 0 ? 0.2 : 1)));
});

test('the same data by one command', () => {
  const cli = resolve(__dirname, '../../dist/cli.js');
  const line = 'plot leaky_relu --slope 0.2 --range -2,2 --out data/activations/command.json';
  expect(spawnSync(process.execPath, [cli, ...line.split(' ')], { cwd: folder }).status).toBe(0);
  const data = JSON.parse(readFileSync(join(folder, 'data/activations/command.json'), 'utf8'));
  expect(data).toEqual(visualize_activation(torch.linspace(-2, 2, 1000), new LeakyReLU()));
});

test('the module agrees with our own', () => {
  const x = torch.linspace(-2, 2, 1000);
  expect(new LeakyReLU(0.2).forward(x)).toEqualTensor(new nn.LeakyReLU(0.2).forward(x));
  expect(leaky_relu(x, 0.2)).toEqualTensor(nn.functional.leaky_relu(x, 0.2));
});

test('x > 0 and x >= 0 differ in the gradient at 0 alone', () => {
  const x = torch.tensor([-1, 0, 1], { requires_grad: true });
  const cases = (x: torch.Tensor): torch.Tensor => torch.where(x.ge(0), x, x.mul(0.2));
  expect(cases(x)).toEqualTensor(leaky_relu(x, 0.2));
  expect(torch.autograd.grad(leaky_relu(x, 0.2), [x])[0]).toBeCloseToTensor([0.2, 0.2, 1]);
  expect(torch.autograd.grad(cases(x), [x])[0]).toBeCloseToTensor([0.2, 1, 1]);
});
