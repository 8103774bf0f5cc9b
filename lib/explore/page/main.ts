import type { Setup } from '../protocol';
import { CurvesPanel } from './curves_panel';
import { html } from './dom';
import { on_keys } from './keys';
import { open_source } from './source';
import { ThemeSwitch } from './theme';
import { TrainingPanel } from './training_panel';

const at = (id: string): HTMLElement => document.getElementById(id)!;

async function main(): Promise<void> {
  const setup = JSON.parse(at('setup').textContent!) as Setup;
  const training = setup.kind === 'live' ? new TrainingPanel(complain) : null;
  const theme = new ThemeSwitch(() => training?.redraw());
  at('theme').replaceWith(theme.element);
  const curves = new CurvesPanel(
    setup.entries,
    await open_source(setup),
    (activations) => training?.choose(activations),
    complain,
  );
  at('panels').append(curves.element);
  const keys: Record<string, () => void> = { t: () => theme.next() };
  if (training !== null) {
    at('panels').append(training.element);
    Object.assign(keys, { ' ': () => training.toggle(), s: () => training.step(), r: () => training.reset() });
  }
  on_keys(keys);
  at('hints').append(...hints(training !== null), html('span', { class: 'version' }, `cresset ${setup.version}`));
}

function hints(trains: boolean): HTMLElement[] {
  const known: [string, string][] = [
    ...(trains
      ? ([
          ['Space', 'train or pause'],
          ['S', 'step'],
          ['R', 'reset'],
        ] as [string, string][])
      : []),
    ['T', 'theme'],
    ['← →', 'cursor or slider'],
  ];
  return known.map(([key, text]) => html('span', {}, html('kbd', {}, key), ` ${text}`));
}

/** Says what went wrong, in one line that stays until the next. */
function complain({ message }: Error): void {
  document.querySelector('.complaint')?.remove();
  document.body.append(html('p', { class: 'complaint', role: 'alert' }, message));
}

main().catch(complain);
