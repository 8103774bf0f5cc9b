import { type DataSet, decode_frame, type Frame, type Plan } from '../protocol';
import type { Chosen } from './curves_panel';
import { fresh_id, html, segments } from './dom';
import { Field } from './field';
import { LossChart, State } from './learning';
import { PACE, pause, post } from './post';

/** The second panel: a small network learns with one of the activations. The page asks for every few steps, so it stops when nobody looks. */

const speeds = [
  ['1', 'Slow'],
  ['3', 'Steady'],
  ['25', 'Fast'],
  ['1000', 'Full'],
] as const;

const rates = ['0.001', '0.003', '0.01', '0.03', '0.1', '0.3'] as const;

export class TrainingPanel {
  readonly element: HTMLElement;
  private readonly field = new Field();
  private readonly losses = new LossChart();
  private readonly state = new State();
  private readonly play = html('button', { type: 'button', class: 'primary', id: 'play' }, 'Train');
  private readonly with = html('select', { 'aria-label': 'Activation of the network' });
  private readonly seed = html('input', { type: 'number', min: 0, max: 2 ** 31, step: 1, value: 0, id: fresh_id() });
  private readonly rate = html('select', { id: fresh_id() }, ...rates.map((rate) => html('option', {}, rate)));
  private readonly session = crypto.getRandomValues(new Uint32Array(2)).join('-');
  private activations: readonly Chosen[] = [];
  private data: DataSet = 'moons';
  private speed = 3;
  private round = 0;
  private running = false;
  private wanted = 0;
  private stale = false;
  private busy = false;

  constructor(private readonly failed: (error: Error) => void) {
    const button = (text: string, id: string, act: () => void): HTMLButtonElement => {
      const made = html('button', { type: 'button', id }, text);
      made.addEventListener('click', act);
      return made;
    };
    this.play.addEventListener('click', () => this.toggle());
    this.rate.value = '0.01';
    this.rate.addEventListener('change', () => this.refresh());
    this.seed.addEventListener('change', () => this.reset());
    this.with.addEventListener('change', () => this.reset());
    const data = segments('Data', [['moons', 'Two moons'] as const, ['spiral', 'Spiral'] as const], 'moons', (data) => {
      this.data = data;
      this.reset();
    });
    const speed = segments('Speed', speeds, '3', (speed) => {
      this.speed = Number(speed);
    });
    const labelled = (text: string, control: HTMLElement): HTMLElement =>
      html('div', { class: 'field' }, html('label', { for: control.id }, text), control);
    const side = html(
      'div',
      { class: 'side' },
      html('div', { class: 'bar' }, data.element),
      html(
        'div',
        { class: 'buttons' },
        this.play,
        button('Step', 'step', () => this.step()),
        button('Reset', 'reset', () => this.reset()),
      ),
      html('div', { class: 'bar' }, speed.element),
      html('div', { class: 'pair' }, labelled('Learning rate', this.rate), labelled('Seed', this.seed)),
      this.with,
      this.state.element,
    );
    const charts = html(
      'div',
      { class: 'charts' },
      html('div', { class: 'plane' }, this.field.canvas),
      this.losses.element,
    );
    this.element = html('section', { class: 'panel', id: 'training', 'aria-label': 'Training' }, charts, side);
  }

  /** What the first panel shows has changed: another function starts over, another slope goes into the running network. */
  choose(activations: readonly Chosen[]): void {
    const before = this.activation?.choice.name;
    const chosen = Math.max(0, Math.min(this.with.selectedIndex, activations.length - 1));
    this.activations = activations;
    this.with.replaceChildren(...activations.map(({ text }) => html('option', {}, `with ${text}`)));
    this.with.selectedIndex = chosen;
    this.with.hidden = activations.length === 1;
    if (this.activation!.choice.name === before) this.refresh();
    else this.reset();
  }

  toggle(): void {
    this.running = !this.running;
    this.play.textContent = this.running ? 'Pause' : 'Train';
    void this.work();
  }

  step(): void {
    if (this.running) this.toggle();
    this.wanted += 1;
    void this.work();
  }

  reset(): void {
    this.round += 1;
    this.losses.clear();
    this.refresh();
  }

  /** Again, in the colours of now. */
  redraw(): void {
    this.field.draw();
  }

  private get activation(): Chosen | undefined {
    return this.activations[Math.max(0, this.with.selectedIndex)];
  }

  private refresh(): void {
    this.stale = true;
    void this.work();
  }

  /** One request at a time, while there is something to do. */
  private async work(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.running || this.stale || this.wanted > 0) {
        const { round } = this;
        const steps = this.running ? this.speed : this.wanted;
        this.wanted = 0;
        this.stale = false;
        const request = { session: this.session, round, plan: this.plan(), steps };
        const [data] = await Promise.all([post('/train', request), pause(PACE)]);
        const frame = decode_frame(data);
        if (round === this.round) this.show(frame);
        await new Promise(requestAnimationFrame);
      }
    } catch (error) {
      if (this.running) this.toggle();
      this.failed(error as Error);
    }
    this.busy = false;
  }

  private plan(): Plan {
    const seed = Math.min(2 ** 31, Math.max(0, Math.round(Number(this.seed.value)) || 0));
    return { data: this.data, seed, rate: Number(this.rate.value), activation: this.activation!.choice };
  }

  private show(frame: Frame): void {
    this.field.show(frame);
    this.losses.add(frame, this.activation!.color);
    this.state.show(frame);
  }
}
