// What every story in the browser needs: the demo, somebody at a screen, the mail that was sent, and the count of it all.

import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = process.env.SHOTS;
export const browserPath =
  process.env.CHROMIUM ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
export const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
export const DESK = { viewport: { width: 1280, height: 900 }, locale: 'en-GB' };
export const PHONE = {
  viewport: { width: 390, height: 844 }, locale: 'zh-CN', isMobile: true, hasTouch: true, deviceScaleFactor: 2,
};

export const count = { passed: 0, failed: 0 };

export async function test(name, story) {
  try {
    await story();
    count.passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    count.failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error?.stack ?? error).split('\n').join('\n        ')}`);
  }
}

export function check(holds, what) {
  if (!holds) throw new Error(what);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** The demo, once it answers, with the passwords that it printed. */
export async function startDemo(binary) {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const child = spawn(binary, ['demo', '--port', String(port)], { env: { ...process.env, HABEAS_ALLOW_ROOT: '1' } });
  let printed = '';
  child.stdout.on('data', (data) => { printed += data; });
  child.stderr.on('data', (data) => { printed += data; });
  for (let wait = 0; wait < 240; wait += 1) {
    if (child.exitCode !== null) throw new Error(`the demo ended:\n${printed}`);
    const up = await fetch(`${base}/health`).then((answer) => answer.ok, () => false);
    if (up) break;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const logins = [...printed.matchAll(/(\w+)@example\.com\s+password\s+(\S+)/g)];
  const passwords = Object.fromEntries(logins.map(([, who, password]) => [who, password]));
  check(passwords.mei && passwords.tom && passwords.ada, `the demo printed no sign-in:\n${printed}`);
  const outbox = printed.match(/written to (\S+)/)?.[1];
  check(outbox, `the demo printed no folder for its mail:\n${printed}`);
  return { base, passwords, factors: {}, sessions: {}, child, outbox, read: new Set() };
}

/** The bytes of a key in base 32. */
function bytesOf(key) {
  const bits = [...key.replaceAll(/\s/g, '')].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'));
  return Buffer.from(bits.join('').match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

/** The code of a step of thirty seconds (RFC 6238). */
function codeOf(key, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(counter).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** The next code of somebody's second factor; each works once, so that a busy person waits for the authenticator. */
export async function code(demo, who) {
  const factor = demo.factors[who];
  const now = () => Math.floor(Date.now() / 30_000);
  factor.used = Math.max(factor.used + 1, now());
  while (now() < factor.used - 1) await new Promise((resolve) => setTimeout(resolve, 250));
  return codeOf(factor.key, factor.used);
}

/** The bytes of a text in quoted-printable or base64, as UTF-8. */
function decoded(text, encoding) {
  if (/base64/i.test(encoding)) return Buffer.from(text, 'base64').toString('utf8');
  if (!/quoted-printable/i.test(encoding)) return text;
  const bytes = text.replaceAll(/=\r?\n/g, '').replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** A mail as its file holds it, read as a person reads it. */
function mailOf(path) {
  const raw = readFileSync(path, 'latin1');
  const [head, ...rest] = raw.split(/\r?\n\r?\n/);
  const headers = head.replaceAll(/\r?\n[ \t]+/g, ' ');
  const header = (name) => headers.match(new RegExp(`^${name}: *(.*)$`, 'im'))?.[1].trim() ?? '';
  const subject = header('Subject')
    .replaceAll(/\?= +=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, way, word) =>
      decoded(way.toLowerCase() === 'b' ? word : word.replaceAll('_', ' '), way.toLowerCase() === 'b' ? 'base64' : 'quoted-printable'));
  const body = Buffer.from(rest.join('\n\n'), 'latin1').toString(/8bit/i.test(header('Content-Transfer-Encoding')) ? 'utf8' : 'latin1');
  return { to: header('To'), subject, text: decoded(body, header('Content-Transfer-Encoding')).replaceAll('\r', '') };
}

/** The next mail to an address that says something, once it was sent; each mail is handed out once. */
export async function mailTo(demo, address, says) {
  for (let wait = 0; wait < 80; wait += 1) {
    for (const name of readdirSync(demo.outbox).filter((name) => name.endsWith('.eml') && !demo.read.has(name))) {
      const mail = mailOf(join(demo.outbox, name));
      if (mail.to.includes(address) && says.test(`${mail.subject}\n${mail.text}`)) {
        demo.read.add(name);
        return mail;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`no mail to ${address} says ${says}`);
}

/** Somebody at a screen who is not signed in. Errors of the page, foreign requests and bad answers are collected. */
export async function passerBy(browser, demo, screen) {
  const context = await browser.newContext(screen);
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const wrong = [];
  page.on('console', (message) => { if (message.type() === 'error') wrong.push(`console: ${message.text()}`); });
  page.on('pageerror', (error) => wrong.push(`page: ${error}`));
  page.on('request', (request) => { if (!request.url().startsWith(demo.base)) wrong.push(`asked ${request.url()}`); });
  page.on('response', (answer) => { if (answer.status() >= 400) wrong.push(`${answer.status()} ${answer.url()}`); });
  return { context, page, wrong };
}

/** Somebody of the house, signed in. */
export async function visitor(browser, demo, who, screen) {
  const one = await passerBy(browser, demo, screen);
  const { page, context } = one;
  page.code = () => code(demo, who);
  if (demo.sessions[who]) {
    await context.addCookies([demo.sessions[who]]);
    await page.goto(demo.base);
    return one;
  }
  await signIn(page, demo, who);
  await page.waitForURL(`${demo.base}/`);
  await setUpFactor(page, demo, who);
  if (who === 'tom') {
    await page.goto(`${demo.base}/me`);
    await context.clearCookies();
    await signIn(page, demo, who);
    await page.waitForURL(`${demo.base}/sign-in/code**`);
    await accessible(page);
    await page.fill('#code', await page.code());
    await page.click('form[action="/sign-in/code"] button');
    await page.waitForURL(`${demo.base}/`);
  }
  // Whoever comes back is still signed in.
  demo.sessions[who] = (await context.cookies()).find((cookie) => cookie.name === 'habeas-demo');
  return one;
}

async function signIn(page, demo, who) {
  await page.goto(`${demo.base}/sign-in`);
  await page.fill('#email', `${who}@example.com`);
  await page.fill('#password', demo.passwords[who]);
  await page.click('form[action="/sign-in"] button');
}

/** Sets up a second factor as a person does: the key is taken into an authenticator, and its first code proves that. */
async function setUpFactor(page, demo, who) {
  await page.goto(`${demo.base}/me/second-factor`);
  await accessible(page);
  await page.fill('#password', demo.passwords[who]);
  await page.click('form[action="/me/second-factor/key"] button');
  await accessible(page);
  demo.factors[who] = { key: bytesOf(await page.inputValue('#key')), used: 0 };
  await page.fill('#first', await page.code());
  await page.click('form[action="/me/second-factor"] button');
  await page.locator('ul.codes').waitFor();
  await accessible(page);
  await page.goto(demo.base);
}

/** What the page does to people who see, hear or point less well than others, each with an example. */
export async function barriers(page) {
  // Folded parts are looked at as well.
  await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.removeAttribute('name'); one.open = true; }));
  await page.evaluate(axe);
  const result = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
  return result.violations.map((one) => `${new URL(page.url()).pathname}: ${one.id} ${one.nodes[0].html.slice(0, 160)}`);
}

/** Nobody is kept out, nothing runs off the side; the page is as it was afterwards. */
export async function accessible(page) {
  const folded = await page.evaluate(() => [...document.querySelectorAll('details')].map((one) => one.open));
  const found = await barriers(page);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (over > 0) found.push(`${new URL(page.url()).pathname} runs ${over} pixels off the side`);
  await page.evaluate((were) => document.querySelectorAll('details').forEach((one, at) => { one.open = were[at]; }), folded);
  check(found.length === 0, found.join('\n'));
}

export async function shot(page, name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
}

/** Sends the form of a move on the page of a request, opening it first when it is folded. */
export async function move(page, key, fill = async () => {}) {
  const form = page.locator(`#move-${key}`);
  if (!(await form.evaluate((details) => details.open))) await form.locator('> summary').click();
  await fill(form);
  await press(form.locator('button').last());
}

/**
 * Presses a button, and waits until the page says what was done. What it said before does not count. A form that asks for
 * a code of the second factor is given one.
 */
export async function press(button) {
  const page = button.page();
  const field = button.locator('xpath=ancestor::form[1]//input[@name="code"]');
  if (page.code && (await field.count()) > 0 && !(await button.getAttribute('formaction'))) await field.fill(await page.code());
  await page.evaluate(() => document.querySelectorAll('p[role="status"]').forEach((line) => line.remove()));
  await button.click();
  await page.locator('p[role="status"]').waitFor();
}

/** Says how the person is known and what agreed with the data that are held. */
export async function identify(page, why, method = 'known-address') {
  await move(page, 'confirm-identity', async (form) => {
    await form.locator(`input[name="method"][value="${method}"]`).check();
    await form.locator('input[name="matched"]').first().check();
    await form.locator('textarea').fill(why);
  });
}

/** Goes to where the last exemption is weighed for an item; the matrix is folded while nothing stirs in it. */
export async function weigh(item) {
  const cell = item.locator('.matrix tbody tr').last().locator('td a').first();
  if (!(await cell.isVisible())) await item.locator('.exemptions > details > summary').click();
  await cell.click();
}

/** Decides an item otherwise than is proposed; the form stands folded below the proposal. */
export async function decide(item, outcome, { reason = '', given = '', basis = false } = {}) {
  const move = item.locator('details.move:has(> form[action$="/decision"])');
  const form = move.locator('form');
  if (!(await form.isVisible())) await move.locator('> summary').click();
  await form.locator(`input[value="${outcome}"]`).check();
  if (basis) await form.locator('input[name="basis"]').first().check();
  if (reason) await form.locator('textarea[name="reason"]').fill(reason);
  if (given) await form.locator('textarea[name="given"]').fill(given);
  await press(form.locator('button'));
}

/** Looks again until the page says that the answer arrived. */
export async function delivered(page, stage) {
  for (let wait = 0; wait < 40; wait += 1) {
    await page.reload();
    if ((await page.locator('.chip.stage').textContent()) === stage) return;
    await page.waitForTimeout(500);
  }
  throw new Error(`the answer did not arrive; the stage is still ${await page.locator('.chip.stage').textContent()}`);
}
