import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import * as torch from 'cresset';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { entries } from '../lib/explore/catalog';
import { build } from '../lib/explore/curves';
import { value_at } from '../lib/explore/protocol';
import { command, end_of } from './support/command';

/** `cresset explore` as people use it: the command in a process of its own, its page in a browser. Pictures are left in build/screenshots. */

const root = join(__dirname, '..');
const screenshots = join(root, 'build/screenshots');

const executable = [
  process.env.CRESSET_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  chromium.executablePath(),
].find((file) => file !== undefined && existsSync(file));

if (executable === undefined)
  process.stdout.write('explore_browser: skipped, no Chromium here (Debian: apt-get install chromium)\n');
const in_browser = executable === undefined ? describe.skip : describe;

/** The command, and the address that it prints. */
async function start(): Promise<{ child: ChildProcess; url: string }> {
  const child = command('explore');
  const [line] = await once(child.stdout!.setEncoding('utf8'), 'data');
  return { child, url: /http:\S+/.exec(line)![0] };
}

async function until(what: () => Promise<boolean>, milliseconds = 30_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!(await what())) {
    if (performance.now() > end) throw new Error(`not within ${milliseconds} ms: ${what}`);
    await wait(10);
  }
}

const as_number = (text: string): number => Number.parseFloat(text.replace('−', '-'));

interface ReadPage {
  x: number;
  name: string;
  sliders: { max: number; place: number }[];
  shown: string[];
}

/** Runs in the page; all at once, so that no answer comes in between. */
const read_page = `(() => {
  const row = document.querySelector('.row');
  return {
    x: Number(document.querySelector('.place b').dataset.x),
    name: row.querySelector('select').value,
    sliders: [...row.querySelectorAll('input')].map(({ max, value }) => ({ max: Number(max), place: Number(value) })),
    shown: [...row.querySelectorAll('dd')].map((each) => each.textContent),
  };
})()`;

in_browser('the page', () => {
  let browser: Browser;
  let child: ChildProcess;
  let url: string;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true });
    // Chromium's sandbox refuses to work for root.
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    [browser, { child, url }] = await Promise.all([chromium.launch({ executablePath: executable, args }), start()]);
  });
  afterAll(async () => {
    await browser?.close();
    child?.kill();
  });
  afterEach(async () => {
    await page.context().close();
    expect(complaints.splice(0)).toEqual([]);
  });

  /** The page in a window of its own. What it says on the console is a complaint, and so is a request to anywhere else. */
  async function open(where = url, options: BrowserContextOptions = {}): Promise<void> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 960 }, ...options });
    page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(where) && !request.url().startsWith('data:')) complaints.push(request.url());
    });
    await page.goto(where);
    await page.locator('.values dd').first().waitFor();
  }

  const shot = (name: string) => page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  const number = async (selector: string): Promise<number> =>
    as_number((await page.locator(selector).first().textContent())!);
  const slider = (): Locator => page.locator('.row input[type=range]').first();

  /** f and f′ on the screen, and what the kernels give for the sliders and the cursor as they stand. */
  async function shown_and_right(): Promise<[number[], number[]]> {
    const { x, name, sliders, shown } = (await page.evaluate(read_page)) as ReadPage;
    const { parameters } = entries.find((entry) => entry.name === name)!;
    const values = parameters.map((p, i) => value_at(p, (p.high - p.low) / sliders[i].max, sliders[i].place));
    const input = torch.tensor([x], { requires_grad: true });
    const y = build({ name, values }).forward(input);
    y.sum().backward();
    return [shown.map((text) => Math.fround(as_number(text))), [y.item(), input.grad!.item()]];
  }

  async function expect_kernel_values(): Promise<void> {
    // The answer for the last move may be on its way.
    await until(async () => {
      const [shown, right] = await shown_and_right();
      return shown.every((value, i) => value === right[i]);
    }, 3000).catch(() => {});
    const [shown, right] = await shown_and_right();
    expect(shown).toEqual(right.map((value) => value + 0));
  }

  /** Drags the slider from where it is to a share of its length. */
  async function drag(to: number, moves = 15): Promise<void> {
    const box = (await slider().boundingBox())!;
    const place = Number(await slider().inputValue()) / Number(await slider().getAttribute('max'));
    // The middle of the thumb stays half its width inside the track.
    const at = (share: number): [number, number] => [box.x + 9 + share * (box.width - 18), box.y + box.height / 2];
    await page.mouse.move(...at(place));
    await page.mouse.down();
    await page.mouse.move(...at(to), { steps: moves });
    await page.mouse.up();
  }

  test('a drag shows the values of the kernels, bit for bit, with one request at a time', async () => {
    await open();
    await expect_kernel_values();
    let open_requests = 0;
    let most = 0;
    let answers = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/curves')) most = Math.max(most, ++open_requests);
    });
    page.on('requestfinished', (request) => {
      if (!request.url().endsWith('/curves')) return;
      open_requests -= 1;
      answers += 1;
    });
    const before = await page.locator('.lines path').first().getAttribute('d');
    await drag(0.9);
    await expect_kernel_values();
    expect(await page.locator('output').first().textContent()).toBe('1.30');
    expect(await page.locator('.lines path').first().getAttribute('d')).not.toBe(before);
    expect(most).toBe(1);
    expect(answers).toBeGreaterThan(3);
    await drag(0);
    await expect_kernel_values();
    expect(await number('output')).toBe(-0.5);
  });

  test('every activation shows the values of the kernels', async () => {
    await open();
    for (const { name, parameters } of entries) {
      await page.locator('.row select').selectOption(name);
      await until(async () => (await page.locator('.row input').count()) === parameters.length);
      await expect_kernel_values();
    }
    await page.getByText('±10').click();
    await expect_kernel_values();
    expect(await page.getByRole('slider', { name: 'functions' }).getAttribute('aria-valuemax')).toBe('10');
  });

  test('works from the keyboard', async () => {
    await open();
    await slider().focus();
    await page.keyboard.press('ArrowRight');
    expect(await number('output')).toBe(0.21);
    await expect_kernel_values();
    await page.getByRole('slider', { name: 'functions' }).focus();
    const x = await number('.place b');
    await page.keyboard.press('Shift+ArrowRight');
    await expect_kernel_values();
    expect(await number('.place b')).toBeCloseTo(x + 0.5, 2);
    await page.keyboard.press('Home');
    expect(await number('.place b')).toBe(-5);
    await expect_kernel_values();
    // Every control can be reached, and the order is that of reading.
    await page.locator('body').press('Tab');
    const reached = new Set<string>();
    for (let i = 0; i < 20; i++) {
      reached.add(String(await page.evaluate('document.activeElement.tagName + document.activeElement.id')));
      await page.keyboard.press('Tab');
    }
    for (const each of ['BUTTONplay', 'BUTTONstep', 'BUTTONreset', 'svg']) expect(reached).toContain(each);
    await page.keyboard.press('s');
    await until(async () => (await number('#steps')) === 1);
  });

  test('training starts, pauses, steps, starts over, and reaches 95 %', async () => {
    await open();
    await page.locator('#steps').waitFor();
    expect(await number('#steps')).toBe(0);
    await page.locator('body').press(' ');
    expect(await page.locator('#play').textContent()).toBe('Pause');
    await until(async () => (await number('#accuracy')) >= 95);
    await page.locator('#play').click();
    expect(await page.locator('#play').textContent()).toBe('Train');
    await wait(150);
    const paused = await number('#steps');
    const loss = await number('#loss');
    expect(paused).toBeGreaterThan(10);
    await wait(150);
    expect(await number('#steps')).toBe(paused);
    await page.locator('#step').click();
    await until(async () => (await number('#steps')) === paused + 1);
    await shot('light');

    // A slider acts on the network as it stands.
    await drag(0.95);
    await until(async () => (await number('#loss')) !== loss);
    expect(await number('#steps')).toBe(paused + 1);

    await page.keyboard.press('r');
    await until(async () => (await number('#steps')) === 0);
    const first = await number('#loss');
    await page.getByLabel('Seed').fill('7');
    await page.getByLabel('Seed').press('Enter');
    await until(async () => (await number('#loss')) !== first);
    await page.getByLabel('Seed').fill('0');
    await page.getByLabel('Seed').press('Enter');
    await until(async () => (await number('#loss')) === first);
  });

  test('dead units and learned slopes are shown', async () => {
    await open();
    await page.locator('.row select').selectOption('relu');
    await page.getByLabel('Learning rate').selectOption('0.3');
    await page.getByText('Fast').click();
    const share = (): Promise<number> => page.locator('.units .dead').count();
    await page.locator('#steps').waitFor();
    const before = await share();
    await page.locator('#play').click();
    await until(async () => (await share()) > before + 5);
    await shot('dead');
    await page.locator('.row select').selectOption('prelu');
    await page.getByLabel('Learning rate').selectOption('0.01');
    await page.getByText('Spiral').click();
    // Until then the page shows the network before.
    const slope = (): Promise<string | null> => page.locator('.layer').first().getAttribute('data-slope');
    await until(async () => (await share()) === 0 && ![null, '', '0.25'].includes(await slope()));
    await until(async () => (await number('#accuracy')) >= 90);
    expect(await share()).toBe(0);
    await page.locator('#play').click();
    await page.getByText('Compare with another').click();
    await page.locator('.row').nth(1).locator('select').selectOption('elu');
    await page.getByText('Compare with another').click();
    await page.locator('.row').nth(2).locator('select').selectOption('gelu');
    await page.getByText('Dark', { exact: true }).click();
    await until(async () => (await page.locator('.lines path').count()) === 7);
    await shot('dark');
    expect(await page.getByLabel('Activation of the network').locator('option').allTextContents()).toEqual([
      'with PReLU(0.25)',
      'with ELU(1.00)',
      'with GELU',
    ]);
    await page.getByLabel('Remove this curve').nth(1).click();
    await until(async () => (await page.locator('.lines path').count()) === 5);
  });

  test('follows the theme of the system or the choice made here, which it remembers', async () => {
    const ground = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const [light, dark] = ['rgb(251, 250, 247)', 'rgb(20, 22, 26)'];
    await open();
    expect(await ground()).toBe(light);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ground()).toBe(dark);
    await page.keyboard.press('t');
    expect(await ground()).toBe(light);
    await page.reload();
    await page.locator('.values dd').first().waitFor();
    expect(await ground()).toBe(light);
    await page.keyboard.press('t');
    await page.emulateMedia({ colorScheme: 'light' });
    expect(await ground()).toBe(dark);
  });

  test('is readable on a phone', async () => {
    await open(url, { viewport: { width: 375, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true });
    await page.locator('#play').tap();
    await until(async () => (await number('#accuracy')) >= 95);
    await page.locator('#play').tap();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375);
    // What a finger presses is large enough for it, and text is not smaller than in a book.
    for (const control of await page.locator('button:visible, select:visible, .segments label').all())
      expect((await control.boundingBox())!.height).toBeGreaterThanOrEqual(34);
    const sizes = await page
      .locator('label, dt, dd, button, figcaption')
      .evaluateAll((all) => all.map((each) => Number.parseFloat(String(each.computedStyleMap().get('font-size')))));
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(13);
    await shot('phone');
  });

  test('the page in a file needs no server', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cresset-explore-'));
    const file = join(folder, 'new/page.html');
    const { code, said } = await end_of(command('explore', '--out', file));
    expect(code).toBe(0);
    expect(said).toContain(file);
    expect(readFileSync(file).length).toBeLessThan(2 ** 20);
    await open(pathToFileURL(file).href);
    expect(await page.locator('#training').count()).toBe(0);
    await expect_kernel_values();
    await drag(0.9);
    await expect_kernel_values();
    expect(await number('output')).toBeGreaterThan(1);
    for (const name of ['rrelu', 'softplus', 'mish', 'hardtanh']) {
      await page.locator('.row select').selectOption(name);
      await expect_kernel_values();
    }
    await shot('file');
    rmSync(folder, { recursive: true });
  });

  test('says when the server has gone', async () => {
    const other = await start();
    await open(other.url);
    await page.locator('#steps').waitFor();
    const ended = end_of(other.child);
    other.child.kill('SIGINT');
    expect((await ended).code).toBe(0);
    await page.locator('#step').click();
    expect(await page.getByRole('alert').textContent()).toBe(
      'The server does not answer; start it again and reload the page',
    );
    // The browser itself says so as well.
    for (const complaint of complaints.splice(0)) expect(complaint).toMatch(/ERR_CONNECTION_REFUSED/);
  });
});
