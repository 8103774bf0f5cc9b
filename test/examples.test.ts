import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The examples as a user runs them, in a short form, against the built package. */

const folder = mkdtempSync(join(tmpdir(), 'cresset-examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(name: string, ...args: string[]) {
  const script = join(__dirname, '../build/examples', `${name}.js`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    timeout: 120_000,
    // In tests progress is silent.
    env: { ...process.env, NODE_ENV: undefined, JEST_WORKER_ID: undefined },
  });
  return { status, stdout, stderr };
}

test('mnist learns, reports and writes; the same bits for 1 and 2 threads', () => {
  const weights = ['1', '2'].map((threads) => {
    const out = join(folder, `mnist${threads}`);
    const { status, stdout, stderr } = run(
      'mnist',
      '--epochs',
      '1',
      '--samples',
      '6000',
      '--seed',
      '3',
      '--threads',
      threads,
      '--out',
      out,
    );
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    expect(Number(/test accuracy ([\d.]+) %/.exec(stdout)![1])).toBeGreaterThan(85);
    expect(stdout).toContain('(1): LeakyReLU(negative_slope=0.01)');
    expect(stdout).toMatch(/confusion \(rows: digit, columns: prediction\)/);
    expect(stderr).toMatch(/epoch 1 100 % 6000\/6000 {2}[\d,]+ samples\/s {2}loss \d/);
    expect(readFileSync(join(out, 'loss.svg'), 'utf8')).toMatch(/^<svg .*[\s\S]*<\/svg>\n$/);
    return readFileSync(join(out, 'model.safetensors'));
  });
  expect(weights[0].equals(weights[1])).toBe(true);
});

test('mnist explains wrong options and files', () => {
  expect(run('mnist', '--epoch', '1')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^mnist: .*'--epoch'/),
  });
  expect(run('mnist', '--lr', 'fast')).toMatchObject({
    status: 2,
    stderr: 'mnist: expected --lr to be a number, got "fast"\n',
  });
  expect(run('mnist', '--data', folder)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^mnist: cannot read .*train-images-idx3-ubyte \(ENOENT\)/),
  });
  writeFileSync(join(folder, 'train-images-idx3-ubyte'), Buffer.alloc(20));
  expect(run('mnist', '--data', folder)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^mnist: .* is not an IDX file of 3 dimensions\n$/),
  });
});

test('mlp fits its regression', () => {
  const { status, stdout, stderr } = run('mlp');
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).not.toBe('');
});

test('iris tells the species apart, reports and writes', () => {
  const out = join(folder, 'iris');
  const { status, stdout, stderr } = run('iris', '--epochs', '40', '--seed', '1', '--out', out);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  expect(Number(/test accuracy ([\d.]+) %/.exec(stdout)![1])).toBeGreaterThan(90);
  expect(stdout).toContain('setosa     taken for setosa 10, versicolor 0, virginica 0');
  expect(stderr).toMatch(/training 100 % 40\/40 {2}[\d,]+ epochs\/s {2}loss 0\.\d+ {2}test 0\.\d+/);
  expect(readFileSync(join(out, 'loss.svg'), 'utf8')).toContain('>test loss</text>');
  expect(readFileSync(join(out, 'model.safetensors')).length).toBeGreaterThan(500);
});

test('slopes counts dead units and compares the losses, with and without batch norm', () => {
  const out = join(folder, 'slopes');
  const { status, stdout, stderr } = run('slopes', '--layers', '8', '--steps', '60', '--out', out);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  const rows = [...stdout.matchAll(/^(\w+(?:\([\d.]+\))?) +([\d.]+) % +([\d.]+) % +([\d.]+) +(.+)$/gm)];
  expect(rows.map(([, name]) => name)).toEqual(
    Array(3).fill(['ReLU', 'LeakyReLU(0.01)', 'LeakyReLU(0.3)', 'PReLU']).flat(),
  );
  const [random, plain, normed] = [rows.slice(0, 4), rows.slice(4, 8), rows.slice(8)];
  // Half of the normal numbers are negative; only ReLU loses them, and only it has dead units.
  expect(Math.abs(Number(random[0][2]) - 50)).toBeLessThan(5);
  expect(Number(plain[0][2])).toBeGreaterThan(0);
  expect(Number(normed[0][2])).toBeLessThan(Number(plain[0][2]));
  for (const part of [random, plain, normed])
    for (const each of part.slice(1)) expect([each[2], each[3]]).toEqual(['0.0', '0.0']);
  for (const each of [...plain, ...normed]) expect(Number(each[4])).toBeLessThan(2.5);
  for (const file of ['loss.svg', 'loss_batch_norm.svg'])
    expect(readFileSync(join(out, file), 'utf8')).toContain('>LeakyReLU(0.3)</text>');
});

test('char_rnn learns letters, and writes some', () => {
  const out = join(folder, 'char_rnn');
  const short = ['--epochs', '1', '--letters', '60000', '--hidden', '64', '--batch', '16', '--length', '32'];
  const { status, stdout, stderr } = run('char_rnn', ...short, '--lr', '0.01', '--write', '50', '--out', out);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  // Six bits would tell 64 letters apart without any knowledge.
  expect(Number(/epoch 1: ([\d.]+) bits per letter/.exec(stdout)![1])).toBeLessThan(4.2);
  expect(stderr).toMatch(/epoch 1 100 % \d+\/\d+ {2}[\d,]+ letters\/s {2}bits \d/);
  const written = readFileSync(join(out, 'sample.txt'), 'utf8');
  expect(written).toHaveLength('Call me '.length + 50 + 1);
  expect(stdout).toContain(written);
  for (const file of ['loss.svg', 'model.safetensors']) expect(existsSync(join(out, file))).toBe(true);
  expect(run('char_rnn', '--start', '~', '--letters', '5000', '--epochs', '0')).toMatchObject({
    status: 1,
    stderr: 'char_rnn: the book has no letter "~"\n',
  });
});

test('learnable_slope recovers the slope in every spelling, and plots it', () => {
  const out = join(folder, 'slope');
  const { status, stdout, stderr } = run(
    'learnable_slope',
    '--steps',
    '500',
    '--slope',
    '0.2',
    '--seed',
    '3',
    '--out',
    out,
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const line of ['where: step 0, 1.alpha 0.0100', 'PReLU: step 0, 1.weight 0.0100'])
    expect(stdout).toContain(line);
  const learned = [...stdout.matchAll(/^(\w+): step 500, 1\.\w+ (\S+)$/gm)].map(([, name, alpha]) => [
    name,
    Number(alpha),
  ]);
  expect(learned.map(([name]) => name)).toEqual(['where', 'clamp', 'initialized', 'PReLU']);
  for (const [, alpha] of learned) expect(Math.abs((alpha as number) - 0.2)).toBeLessThan(0.01);
  const plot = readFileSync(join(out, 'alpha.svg'), 'utf8');
  for (const name of ['A learned slope', 'where', 'clamp', 'initialized', 'PReLU'])
    expect(plot).toContain(`>${name}</text>`);
});

test('learnable_slope warns of a slope that runs away, and holds it', () => {
  const { status, stdout, stderr } = run('learnable_slope', '--steps', '20', '--alpha_lr', '5');
  expect(status).toBe(0);
  expect(stderr.match(/^warning: (alpha|weight) ran to \S+; keeping it within \[-1, 1\]$/gm)).toHaveLength(4);
  for (const [, alpha] of stdout.matchAll(/step \d+, 1\.\w+ (\S+)$/gm)) expect(Math.abs(Number(alpha))).toBeLessThan(7);
});

test('gan trains on real digits, draws them, and has them judged by the classifier of mnist', () => {
  const classifier = join(folder, 'mnist1/model.safetensors');
  if (!existsSync(classifier)) run('mnist', '--epochs', '1', '--samples', '6000', '--out', join(folder, 'mnist1'));
  const out = join(folder, 'gan');
  const short = ['--epochs', '1', '--samples', '640', '--batch', '32', '--kinds', '16', '--judged', '40'];
  const { status, stdout, stderr } = run('gan', ...short, '--classifier', classifier, '--out', out);
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  expect(stderr).toMatch(/epoch 1 100 % 640\/640 {2}[\d,]+ images\/s {2}loss D [\d.]+ {2}loss G [\d.]+/);
  expect(stdout).toMatch(/^samples: [\d.]+ % classified with probability above 0\.9; 0: [\d.]+ %, .*9: [\d.]+ %$/m);
  expect(Number(/^test set: ([\d.]+) %/m.exec(stdout)![1])).toBeGreaterThan(50);
  expect(readFileSync(join(out, 'epoch_1.png')).subarray(1, 4).toString()).toBe('PNG');
  for (const file of ['loss.svg', 'generator.safetensors']) expect(existsSync(join(out, file))).toBe(true);
  expect(run('gan', '--classifier', join(folder, 'none'))).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^gan: .*none is missing; run `npm start`, or name weights with --classifier\n$/),
  });
});
