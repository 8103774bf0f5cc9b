import * as torch from 'cresset';

const { nn } = torch;

/** The networks of examples/gan.ts and of its benchmark. */

/** Kinds of drawing the generator keeps, and the numbers by which drawings of one kind vary. */
export const LATENT = { kinds: 64, variations: 8 } as const;
const SPREAD = 0.5;

/** From [n, latent, 1, 1] to images [n, 1, 28, 28] in [-1, 1]. */
export class Generator extends nn.Module {
  readonly main: torch.nn.Sequential;

  constructor(
    readonly kinds: number = LATENT.kinds,
    readonly variations: number = LATENT.variations,
  ) {
    super();
    this.main = new nn.Sequential(
      new nn.ConvTranspose2d(kinds + variations, 128, 7, { bias: false }),
      new nn.BatchNorm2d(128),
      new nn.ReLU(),
      new nn.ConvTranspose2d(128, 64, 4, { stride: 2, padding: 1, bias: false }),
      new nn.BatchNorm2d(64),
      new nn.ReLU(),
      new nn.ConvTranspose2d(64, 1, 4, { stride: 2, padding: 1 }),
      new nn.Tanh(),
    );
    this.apply(init_weights);
  }

  override forward(z: torch.Tensor): torch.Tensor {
    return this.main.forward(z);
  }

  /**
   * [n, kinds + variations, 1, 1]: a one-hot kind, drawn evenly, and normal noise. Between any two points of a normal latent space lie others, and
   * a continuous generator fills the way from one digit to the next with blends that are neither; between two kinds lies nothing.
   */
  latent(n: number): torch.Tensor {
    const kind = nn.functional.one_hot(torch.randint(0, this.kinds, [n]), this.kinds).to(torch.float32);
    const noise = torch.randn([n, this.variations]).mul(SPREAD);
    return torch.cat([kind, noise], 1).view([n, -1, 1, 1]);
  }
}

/** The documents' discriminator for one channel: from images [n, 1, 28, 28] to one logit each, real or drawn. */
export class Discriminator extends nn.Module {
  readonly features = new nn.Sequential(
    new nn.Conv2d(1, 32, 4, { stride: 2, padding: 1 }),
    new nn.LeakyReLU(0.2),
    new nn.Conv2d(32, 64, 4, { stride: 2, padding: 1 }),
    new nn.LeakyReLU(0.2),
  );
  readonly classifier = new nn.Linear(64 * 7 * 7, 1);

  override forward(x: torch.Tensor): torch.Tensor {
    return this.classifier.forward(this.features.forward(x).flatten(1));
  }
}

/**
 * Two discriminators, two logits for an image. A feature of the documents' discriminator sees 10 × 10 pixels, and the logit is a sum over features:
 * strokes are judged, digits are not. So a second one looks at the same pixels from twice the distance (as in Wang et al. 2018, pix2pixHD).
 */
export class TwoScales extends nn.Module {
  readonly near = new Discriminator();
  readonly far = new Discriminator();

  override forward(x: torch.Tensor): torch.Tensor {
    return torch.cat([this.near.forward(x), this.far.forward(mosaic(x))], 1);
  }
}

/** Four images of half the size in place of one, each of every second row and column: nothing is lost, and what was 20 pixels away is 10. */
function mosaic(x: torch.Tensor): torch.Tensor {
  return x.view([-1, 14, 2, 14, 2]).permute([0, 2, 1, 4, 3]).reshape([-1, 1, 28, 28]);
}

/**
 * As in the DCGAN paper (Radford et al. 2015): weights from N(0, 0.02), those of norms from N(1, 0.02). The discriminator has no norms to make up
 * for weights so small, and keeps its own.
 */
function init_weights(module: torch.nn.Module): void {
  if (module instanceof nn.ConvTranspose2d) nn.init.normal_(module.weight, 0, 0.02);
  else if (module instanceof nn.BatchNorm2d) nn.init.normal_(module.weight as torch.nn.Parameter, 1, 0.02);
}
