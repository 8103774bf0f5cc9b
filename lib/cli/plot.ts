import { fail } from '../errors';
import { type CatalogEntry, catalog, find_activation, title_of } from '../viz/catalog';
import type { Activation } from '../viz/evaluate';
import { draw_activations, type PlotActivationOptions } from '../viz/plot_activation';
import type { Theme } from '../viz/theme';
import { type Arguments, type OptionKind, read_arguments, read_numbers } from './arguments';
import type { Command } from './command';

const OP = 'cresset plot';

/** What `--slope` sets. */
const SLOPES = ['negative_slope', 'weight'];
const settings = [...new Set(catalog.flatMap((entry) => entry.settings.map(({ name }) => name)))];

const help = `
cresset plot ACTIVATION... [options]

Draws activation functions, evaluated by the kernels that train with them.

  --out FILE         .svg, .png, .html or .json (the values: x, y, yp); default ACTIVATION.svg
  --slope LIST       of leaky_relu and prelu: a number, or several as in 0.01,0.1,0.2
  --range LOW,HIGH   of x, default -5,5
  --derivative       also draw the derivative
  --points N         default 1000
  --title TEXT
  --theme NAME       light, dark or auto (default: follows the reader; light in a PNG)
  ${settings.map((name) => `--${name}`).join(', ')}
                     other settings by their names in PyTorch, numbers or lists of them

Activations: ${catalog.map(({ name }) => name).join(', ')}

  cresset plot leaky_relu --slope 0.2 --range -5,5 --out leaky.svg
  cresset plot relu leaky_relu elu --derivative --out rectifiers.png
`;

async function run(args: readonly string[]): Promise<void> {
  const kinds: Record<string, OptionKind> = {
    out: 'text',
    slope: 'list',
    range: 'text',
    derivative: 'flag',
    points: 'text',
    title: 'text',
    theme: 'text',
  };
  for (const name of settings) kinds[name] = 'list';
  const given = read_arguments(OP, args, kinds);
  if (given.positionals.length === 0) fail(OP, 'expected the name of an activation, such as leaky_relu');
  const entries = given.positionals.map((name) => find_activation(OP, name));
  const curves = variants(entries, given);
  const path = given.values.get('out')?.[0] ?? `${entries[0].name}.svg`;
  const options = read_options(given);
  await draw_activations(OP, curves, path, options);
  console.log(`${path}: ${curves.map(([name]) => name).join(', ')}`);
}

/** Every activation with every combination of the settings that were given for it. */
function variants(entries: readonly CatalogEntry[], given: Arguments): (readonly [string, Activation])[] {
  const lists = new Map<string, number[]>();
  for (const name of [...settings, 'slope']) {
    const texts = given.values.get(name);
    if (texts === undefined) continue;
    const targets = name === 'slope' ? SLOPES : [name];
    if (!entries.some((entry) => entry.settings.some((setting) => targets.includes(setting.name))))
      fail(OP, `--${name} sets nothing of ${entries.map((entry) => `${entry.name} (${taken(entry)})`).join(', ')}`);
    const values = texts.flatMap((text) => read_numbers(OP, name, text));
    for (const target of targets) lists.set(target, values);
  }
  const curves = new Map<string, Activation>();
  for (const entry of entries) {
    const combinations = entry.settings.reduce<number[][]>(
      (partial, { name, value }) =>
        partial.flatMap((values) => (lists.get(name) ?? [value]).map((each) => [...values, each])),
      [[]],
    );
    for (const values of combinations) curves.set(title_of(entry, values), entry.make(...values));
  }
  return [...curves];
}

function taken({ settings }: CatalogEntry): string {
  const names = settings.map(({ name }) => `--${SLOPES.includes(name) ? 'slope' : name}`);
  return names.length === 0 ? 'takes no settings' : `takes ${names.join(', ')}`;
}

function read_options({ flags, values }: Arguments): PlotActivationOptions {
  const text = (name: string): string | undefined => values.get(name)?.[0];
  const [range, points] = ['range', 'points'].map((name) => {
    const value = text(name);
    return value === undefined ? undefined : read_numbers(OP, name, value);
  });
  if (range !== undefined && range.length !== 2)
    fail(OP, `expected --range to be two numbers, as in -5,5, got ${JSON.stringify(text('range'))}`);
  if (points !== undefined && points.length !== 1)
    fail(OP, `expected --points to be a number, got ${JSON.stringify(text('points'))}`);
  return {
    range: range as [number, number] | undefined,
    points: points?.[0],
    derivative: flags.has('derivative'),
    title: text('title'),
    theme: text('theme') as Theme | undefined,
  };
}

export const plot: Command = { help, run };
