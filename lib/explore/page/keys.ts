/** Single keys for the whole page. */

const TYPED_INTO = 'input[type="number"], select, textarea';
/** Where the space bar already means something. */
const PRESSED = 'button, input[type="radio"], summary';

export function on_keys(actions: Readonly<Record<string, () => void>>): void {
  document.addEventListener('keydown', (event) => {
    const target = event.target as Element;
    const action = actions[event.key.toLowerCase()];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (target.matches(TYPED_INTO) || (event.key === ' ' && target.matches(PRESSED))) return;
    event.preventDefault();
    action();
  });
}
