import { join } from 'node:path';
import * as torch from 'cresset';
import golden from './golden/composite.json';
import { expect_close, numbers } from './support/op_samples';

/** The state of a model of many modules, trained and saved by PyTorch (test/golden/composite.py), loads by name and gives PyTorch's results. */

const { nn } = torch;

class Composite extends nn.Module<[classes: torch.Tensor, value: torch.Tensor]> {
  picture = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    new nn.BatchNorm2d(4),
    new nn.LeakyReLU(0.2),
    new nn.MaxPool2d(2),
    new nn.Conv2d(4, 4, 3, { padding: 1, groups: 4, bias: false }),
    new nn.GroupNorm(2, 4),
    new nn.PReLU(4),
    new nn.ConvTranspose2d(4, 2, 2, { stride: 2 }),
    new nn.InstanceNorm2d(2, { affine: true, track_running_stats: true }),
    new nn.AdaptiveAvgPool2d(2),
    new nn.Flatten(),
  );
  embedding = new nn.Embedding(11, 8, { padding_idx: 0 });
  lstm = new nn.LSTM(8, 8, { num_layers: 2, batch_first: true, bidirectional: true });
  gru = new nn.GRU(16, 16, { batch_first: true });
  encoder = new nn.TransformerEncoder(
    new nn.TransformerEncoderLayer(16, 4, { dim_feedforward: 24, dropout: 0, batch_first: true, norm_first: true }),
    2,
    { norm: new nn.LayerNorm(16) },
  );
  blocks = new nn.ModuleList([new nn.Linear(24, 12), new nn.RMSNorm(12), new nn.BatchNorm1d(12)]);
  heads = new nn.ModuleDict({ class: new nn.Linear(12, 3), value: new nn.Linear(12, 1, false) });
  scales = new nn.ParameterList([torch.zeros([12]), torch.tensor(0)]);
  offsets = new nn.ParameterDict({ shift: torch.zeros([12]) });
  steps!: torch.Tensor;

  constructor() {
    super();
    this.register_buffer('steps', torch.tensor(0n));
  }

  override forward(image: torch.Tensor, words: torch.Tensor): [torch.Tensor, torch.Tensor] {
    this.steps.add_(1);
    let x = this.embedding.forward(words);
    x = this.lstm.forward(x)[0];
    x = this.gru.forward(x)[0];
    x = this.encoder.forward(x).mean(1);
    x = torch.cat([this.picture.forward(image), x], 1);
    for (const block of this.blocks) x = block.forward(x);
    x = x.mul(this.scales[0]).mul(this.scales[1]).add(this.offsets.get('shift'));
    return [this.heads.get('class').forward(x), this.heads.get('value').forward(x)];
  }
}

const read = (): Record<string, torch.Tensor> =>
  torch.load(join(__dirname, 'golden/composite.safetensors')) as Record<string, torch.Tensor>;
const run = (model: Composite): [torch.Tensor, torch.Tensor] =>
  torch.no_grad(() => model.forward(torch.tensor(golden.image), torch.tensor(golden.words).to(torch.int64)));

test('every name and shape is the same, buffers too', () => {
  const shapes = (state: Record<string, torch.Tensor>): string[] =>
    Object.entries(state)
      .map(([name, { shape, dtype }]) => `${name} ${dtype} [${shape}]`)
      .sort();
  expect(shapes(new Composite().state_dict())).toEqual(shapes(read()));
});

test('it prints as PyTorch prints it', () => {
  expect(String(new Composite())).toBe(golden.repr);
});

test('loaded, it gives what the model gave in PyTorch', () => {
  const model = new Composite();
  expect(model.load_state_dict(read())).toEqual({ missing_keys: [], unexpected_keys: [] });
  expect(model.steps.item()).toBe(5);
  const [classes, value] = run(model.eval());
  expect_close(numbers(classes), golden.classes.flat(), 1e-5, 'classes');
  expect_close(numbers(value), golden.value.flat(), 1e-5, 'value');
  expect(model.steps.item()).toBe(6);
});

test('without the state it gives something else, and a state that lacks a name is refused', () => {
  const model = new Composite().eval();
  expect(numbers(run(model)[0])).not.toEqual(golden.classes.flat());
  const { 'encoder.layers.1.self_attn.in_proj_weight': _, ...rest } = read();
  expect(() => model.load_state_dict(rest)).toThrow(/missing keys "encoder.layers.1.self_attn.in_proj_weight"/);
});
