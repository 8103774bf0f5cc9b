import { load_addon } from '../lib/native/load';

/** Runs once before all tests: without the addon every one of them would fail, so say why and stop. */
export default function require_addon(): void {
  load_addon();
}
