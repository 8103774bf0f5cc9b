import { segments } from './dom';

/** Light, dark, or as the system has it. The choice is remembered where the browser allows it. */

const themes = [
  ['auto', 'Auto'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;
type Theme = (typeof themes)[number][0];

const KEY = 'cresset-theme';

export class ThemeSwitch {
  readonly element: HTMLElement;
  private theme: Theme = remembered();
  private readonly choose: (theme: Theme) => void;

  constructor(private readonly changed: () => void) {
    const { element, choose } = segments('Theme', themes, this.theme, (theme) => this.turn(theme));
    this.element = element;
    this.choose = choose;
    document.documentElement.dataset.theme = this.theme;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
  }

  next(): void {
    const place = themes.findIndex(([theme]) => theme === this.theme);
    this.choose(themes[(place + 1) % themes.length][0]);
  }

  private turn(theme: Theme): void {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Pages from files may keep nothing.
    }
    this.changed();
  }
}

function remembered(): Theme {
  try {
    return themes.find(([theme]) => theme === localStorage.getItem(KEY))?.[0] ?? 'auto';
  } catch {
    return 'auto';
  }
}
