/** Makes elements. */

type Child = Node | string;
type Attributes = Readonly<Record<string, string | number | boolean>>;

function fill<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  set(element, attributes);
  element.append(...children);
  return element;
}

/** Sets attributes; `true` means present, `false` absent. */
export function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes))
    if (value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
}

export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

let made = 0;

/** A name for an element that a label refers to. */
export function fresh_id(): string {
  return `e${made++}`;
}

/** One of a few, all in view: radio buttons drawn as one bar. */
export function segments<T extends string>(
  legend: string,
  options: readonly (readonly [value: T, text: string])[],
  start: T,
  chosen: (value: T) => void,
): { element: HTMLFieldSetElement; choose(value: T): void } {
  const name = fresh_id();
  const inputs = options.map(([value]) => html('input', { type: 'radio', name, value, checked: value === start }));
  const labels = options.map(([, text], i) => html('label', {}, inputs[i], html('span', {}, text)));
  const element = html('fieldset', { class: 'segments' }, html('legend', {}, legend), ...labels);
  inputs.forEach((input, i) => {
    input.addEventListener('change', () => chosen(options[i][0]));
  });
  const choose = (value: T): void => {
    const input = inputs.find((input) => input.value === value)!;
    input.checked = true;
    chosen(value);
  };
  return { element, choose };
}
