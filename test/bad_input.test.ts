import * as torch from 'cresset';

/** What users get wrong most: each is an error at once, one line that names the module or its function, the rule and what was received. */

const { nn, optim } = torch;
const F = nn.functional;
const zeros = (...shape: number[]): torch.Tensor => torch.zeros(shape);
const classes = (...values: number[]): torch.Tensor => torch.tensor(values).to(torch.int64);
const parameter = (): torch.nn.Parameter => new nn.Parameter(zeros(2));
/** What TypeScript would refuse, and JavaScript passes on. */
const wrong = <T>(value: unknown): T => value as T;

type Case = [what: string, call: () => unknown, message: RegExp];

describe.each<[string, Case[]]>([
  [
    'wrong channels',
    [
      [
        'Conv1d',
        () => new nn.Conv1d(3, 4, 2).forward(zeros(2, 5, 9)),
        /^Conv1d: input has 5 channels, weight expects 3/,
      ],
      [
        'Conv2d',
        () => new nn.Conv2d(3, 4, 2).forward(zeros(2, 1, 9, 9)),
        /^Conv2d: input has 1 channels, weight expects 3/,
      ],
      [
        'Conv2d without channels',
        () => new nn.Conv2d(3, 4, 2).forward(zeros(9, 9)),
        /^Conv2d: expected input of shape .*\[9, 9\]$/,
      ],
      [
        'ConvTranspose2d',
        () => new nn.ConvTranspose2d(3, 4, 2).forward(zeros(2, 4, 5, 5)),
        /^ConvTranspose2d: input has 4 channels, weight expects 3/,
      ],
      [
        'BatchNorm2d',
        () => new nn.BatchNorm2d(3).forward(zeros(2, 4, 5, 5)),
        /^BatchNorm2d: expected an input of 3 channels, got shape \[2, 4, 5, 5\]$/,
      ],
      [
        'BatchNorm1d of images',
        () => new nn.BatchNorm1d(3).forward(zeros(2, 3, 5, 5)),
        /^BatchNorm1d: .*\[2, 3, 5, 5\]/,
      ],
      ['GroupNorm', () => new nn.GroupNorm(2, 4).forward(zeros(2, 6, 5)), /^(GroupNorm|group_norm): .*6/],
      ['LayerNorm', () => new nn.LayerNorm(4).forward(zeros(2, 5)), /^(LayerNorm|layer_norm): .*\[2, 5\]/],
      ['PReLU', () => new nn.PReLU(3).forward(zeros(2, 4)), /^prelu: .*4/],
      ['Linear', () => new nn.Linear(3, 4).forward(zeros(2, 5)), /^linear: input has 5 features, weight expects 3/],
      ['LSTM', () => new nn.LSTM(3, 4).forward(zeros(2, 1, 5)), /^LSTM: .*5/],
      ['GRUCell', () => new nn.GRUCell(3, 4).forward(zeros(2, 5)), /^GRUCell: .*5/],
      ['PixelShuffle', () => new nn.PixelShuffle(2).forward(zeros(1, 6, 2, 2)), /^pixel_shuffle: 6 channels/],
      ['Unflatten', () => new nn.Unflatten(1, [2, 2]).forward(zeros(1, 6)), /^unflatten: .*6/],
    ],
  ],
  [
    'a kernel larger than the input',
    [
      ['Conv1d', () => new nn.Conv1d(1, 1, 5).forward(zeros(1, 1, 4)), /^Conv1d: the kernel reaches over 5 places/],
      ['Conv2d', () => new nn.Conv2d(1, 1, 5).forward(zeros(1, 1, 4, 9)), /^Conv2d: the kernel reaches over 5 places/],
      ['MaxPool2d', () => new nn.MaxPool2d(5).forward(zeros(1, 1, 4, 9)), /^max_pool2d: .*5.*4/],
      ['AvgPool1d', () => new nn.AvgPool1d(5).forward(zeros(1, 1, 4)), /^avg_pool1d: .*5.*4/],
      ['Unfold', () => new nn.Unfold(5).forward(zeros(1, 1, 4, 9)), /^Unfold: a block of 5 elements does not fit/],
      ['ReflectionPad2d', () => new nn.ReflectionPad2d(4).forward(zeros(1, 1, 4, 9)), /^pad: .*at most 3/],
    ],
  ],
  [
    'groups and sizes that do not divide',
    [
      ['Conv2d in', () => new nn.Conv2d(3, 4, 2, { groups: 2 }), /^Conv2d: groups 2 does not divide \w+ 3$/],
      ['Conv2d out', () => new nn.Conv2d(4, 3, 2, { groups: 2 }), /^Conv2d: groups 2 does not divide \w+ 3$/],
      [
        'ConvTranspose1d',
        () => new nn.ConvTranspose1d(4, 3, 2, { groups: 2 }),
        /^ConvTranspose1d: groups 2 does not divide out_channels 3$/,
      ],
      [
        'GroupNorm',
        () => new nn.GroupNorm(3, 4),
        /^GroupNorm: expected num_groups to divide num_channels, got 3 and 4$/,
      ],
      ['MultiheadAttention', () => new nn.MultiheadAttention(8, 3), /^MultiheadAttention: .*8 and 3$/],
      ['ChannelShuffle', () => new nn.ChannelShuffle(3).forward(zeros(1, 4, 2, 2)), /^channel_shuffle: 4 channels/],
      ['GLU', () => new nn.GLU().forward(zeros(2, 3)), /^glu: .*3/],
    ],
  ],
  [
    'sizes that are none',
    [
      ['Linear', () => new nn.Linear(-1, 2), /^Linear: expected in_features to be at least 0, got -1$/],
      ['Linear of a fraction', () => new nn.Linear(1.5, 2), /^Linear: expected in_features to be an integer, got 1.5$/],
      ['Conv2d', () => new nn.Conv2d(1, 1, 0), /^Conv2d: expected kernel_size to be at least 1, got 0$/],
      ['MaxPool1d', () => new nn.MaxPool1d(0), /^MaxPool1d: expected kernel_size to be at least 1, got 0$/],
      ['AdaptiveAvgPool2d', () => new nn.AdaptiveAvgPool2d([1, -1]), /^AdaptiveAvgPool2d: expected output_size/],
      ['LSTM', () => new nn.LSTM(3, 0), /^LSTM: expected hidden_size to be at least 1, got 0$/],
      ['Embedding', () => new nn.Embedding(-1, 3), /^Embedding: expected num_embeddings to be at least 0, got -1$/],
      ['PixelShuffle', () => new nn.PixelShuffle(0), /^PixelShuffle: expected upscale_factor to be at least 1, got 0$/],
      [
        'Unflatten',
        () => new nn.Unflatten(1, wrong<number[]>('2')),
        /^Unflatten: expected unflattened_size to be an array/,
      ],
      ['Upsample', () => new nn.Upsample({ size: 0 }), /^Upsample: expected size to be at least 1, got 0$/],
      [
        'Upsample of nothing',
        () => new nn.Upsample(),
        /^Upsample: expected one of size and scale_factor, got neither$/,
      ],
      ['Fold', () => new nn.Fold([3, 3], 0), /^Fold: expected kernel_size to be at least 1, got 0$/],
      ['ConstantPad1d', () => new nn.ConstantPad1d([1, 2, 3], 0), /^ConstantPad1d: expected padding/],
    ],
  ],
  [
    'targets out of range or of the wrong kind',
    [
      ['CrossEntropyLoss', () => new nn.CrossEntropyLoss().forward(zeros(2, 3), classes(0, 3)), /^cross_entropy: .*3/],
      ['CrossEntropyLoss of -1', () => F.cross_entropy(zeros(2, 3), classes(0, -1)), /^cross_entropy: .*-1/],
      ['CrossEntropyLoss of floats', () => F.cross_entropy(zeros(2, 3), zeros(2)), /^cross_entropy: .*float32/],
      ['NLLLoss', () => new nn.NLLLoss().forward(zeros(2, 3), classes(0, 7)), /^nll_loss: .*7/],
      ['NLLLoss of three', () => new nn.NLLLoss().forward(zeros(2, 3), classes(0, 1, 2)), /^nll_loss: .*\[3\]/],
      [
        'MultiMarginLoss',
        () => new nn.MultiMarginLoss().forward(zeros(2, 3), classes(0, 3)),
        /^multi_margin_loss: target 3 is not one of 3 classes$/,
      ],
      ['MSELoss', () => new nn.MSELoss().forward(zeros(2, 3), zeros(2, 4)), /^mse_loss: .*\[2, 4\]/],
      ['BCELoss shapes', () => new nn.BCELoss().forward(zeros(2), zeros(3)), /^binary_cross_entropy: .*\[3\]/],
      ['CosineEmbeddingLoss', () => new nn.CosineEmbeddingLoss().forward(zeros(2, 3), zeros(2, 3), zeros(3)), /\[3\]/],
    ],
  ],
  [
    'probabilities outside [0, 1]',
    [
      ['Dropout', () => new nn.Dropout(1.5), /^Dropout: .*between 0 and 1, got 1.5$/],
      ['Dropout of NaN', () => new nn.Dropout(Number.NaN), /^Dropout: .*got NaN$/],
      ['AlphaDropout', () => new nn.AlphaDropout(-0.1), /^AlphaDropout: .*got -0.1$/],
      ['LSTM', () => new nn.LSTM(3, 4, { num_layers: 2, dropout: 2 }), /^LSTM: .*got 2$/],
      ['MultiheadAttention', () => new nn.MultiheadAttention(4, 2, -1), /^MultiheadAttention: .*got -1$/],
      [
        'BCELoss',
        () => new nn.BCELoss().forward(torch.tensor([1.5]), torch.tensor([1])),
        /^binary_cross_entropy: .*1.5/,
      ],
      ['BCELoss of -0.5', () => F.binary_cross_entropy(torch.tensor([-0.5]), torch.tensor([1])), /^binary_cross.*-0.5/],
      ['CrossEntropyLoss', () => new nn.CrossEntropyLoss({ label_smoothing: 2 }), /^CrossEntropyLoss: .*got 2$/],
    ],
  ],
  [
    'unknown choices',
    [
      [
        'MSELoss',
        () => new nn.MSELoss({ reduction: wrong('avg') }),
        /^MSELoss: expected reduction to be .*got "avg" \(string\)$/,
      ],
      ['KLDivLoss', () => new nn.KLDivLoss({ reduction: wrong('max') }), /^KLDivLoss: expected reduction .*"max"/],
      [
        'l1_loss',
        () => F.l1_loss(zeros(1), zeros(1), { reduction: wrong('avg') }),
        /^l1_loss: expected reduction .*"avg"/,
      ],
      ['Conv2d', () => new nn.Conv2d(1, 1, 1, { padding_mode: wrong('mirror') }), /^Conv2d: .*"mirror"/],
      ['Conv2d padding', () => new nn.Conv2d(1, 1, 1, { padding: wrong('full') }), /^Conv2d: .*"full"/],
      ['Upsample', () => new nn.Upsample({ size: 2, mode: wrong('cubic') }), /^Upsample: expected mode .*"cubic"/],
      ['RNN', () => new nn.RNN(3, 4, { nonlinearity: wrong('gelu') }), /^RNN: .*"gelu"/],
      [
        'a misspelled option',
        () => new nn.Conv2d(1, 1, 1, wrong<{ stride: number }>({ strid: 2 })),
        /^Conv2d: .*did you mean "stride"\?/,
      ],
      ['a misspelled option of a loss', () => new nn.HuberLoss(wrong({ dleta: 2 })), /^HuberLoss: .*"delta"\?/],
    ],
  ],
  [
    'optimizers',
    [
      ['no parameters', () => new optim.SGD([], { lr: 0.1 }), /^SGD: .*empty/],
      ['not parameters', () => new optim.Adam(wrong([1])), /^Adam: .*got 1$/],
      ['a learning rate of NaN', () => new optim.Adam([parameter()], { lr: Number.NaN }), /^Adam: .*lr.*NaN$/],
      ['an infinite one', () => new optim.SGD([parameter()], { lr: Infinity }), /^SGD: .*lr.*Infinity$/],
      ['a negative one', () => new optim.RMSprop([parameter()], { lr: -1 }), /^RMSprop: .*lr.*-1$/],
      [
        'a parameter in two groups',
        () => {
          const shared = parameter();
          return new optim.AdamW([{ params: [shared] }, { params: [shared] }]);
        },
        /^AdamW: a parameter of shape \[2\] appears twice$/,
      ],
      ['betas', () => new optim.NAdam([parameter()], { betas: [1, 0.9] }), /^NAdam: .*betas.*1/],
    ],
  ],
  [
    'nn.utils',
    [
      [
        'clip_grad_norm_',
        () => nn.utils.clip_grad_norm_([parameter()], wrong('1')),
        /^clip_grad_norm_: expected max_norm/,
      ],
      ['norm_type', () => nn.utils.get_total_norm([zeros(1)], 0), /^get_total_norm: expected norm_type .*got 0$/],
      [
        'clip_grad_value_',
        () => nn.utils.clip_grad_value_([parameter()], -1),
        /^clip_grad_value_: expected clip_value/,
      ],
      [
        'vector_to_parameters',
        () => nn.utils.vector_to_parameters(zeros(3), [parameter()]),
        /^vector_to_parameters: .*2/,
      ],
    ],
  ],
])('%s', (_, cases) => {
  test.each(cases)('%s', (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(/^\w+: [^\n]+$/);
  });
});
