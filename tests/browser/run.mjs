// The officer's way from mail to answer in a real browser, on a desk in English and on a phone in Chinese.
//
//   npm ci && node run.mjs ../../target/debug/habeas
//
// Starts `BINARY demo` on a free port and ends it again. Chromium is looked for at its usual places, or named by
// CHROMIUM. With SHOTS=folder a picture of each page is kept there.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = process.env.SHOTS;
const browserPath =
  process.env.CHROMIUM ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];
const DESK = { viewport: { width: 1280, height: 900 }, locale: 'en-GB' };
const PHONE = {
  viewport: { width: 390, height: 844 }, locale: 'zh-CN', isMobile: true, hasTouch: true, deviceScaleFactor: 2,
};

let passed = 0;
let failed = 0;

async function test(name, story) {
  try {
    await story();
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n        ${String(error?.stack ?? error).split('\n').join('\n        ')}`);
  }
}

function check(holds, what) {
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
async function startDemo(binary) {
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
  const passwords = Object.fromEntries(
    [...printed.matchAll(/(\w+)@example\.com\s+password\s+(\S+)/g)].map(([, who, password]) => [who, password]),
  );
  check(passwords.mei && passwords.tom && passwords.ada, `the demo printed no sign-in:\n${printed}`);
  return { base, passwords, child };
}

/** Somebody at a screen. Errors of the page, foreign requests and bad answers are collected. */
async function visitor(browser, demo, who, screen) {
  const context = await browser.newContext(screen);
  const page = await context.newPage();
  const wrong = [];
  page.on('console', (message) => { if (message.type() === 'error') wrong.push(`console: ${message.text()}`); });
  page.on('pageerror', (error) => wrong.push(`page: ${error}`));
  page.on('request', (request) => { if (!request.url().startsWith(demo.base)) wrong.push(`asked ${request.url()}`); });
  page.on('response', (answer) => { if (answer.status() >= 400) wrong.push(`${answer.status()} ${answer.url()}`); });
  await page.goto(`${demo.base}/sign-in`);
  await page.fill('#email', `${who}@example.com`);
  await page.fill('#password', demo.passwords[who]);
  await page.click('form[action="/sign-in"] button');
  await page.waitForURL(`${demo.base}/`);
  return { context, page, wrong };
}

async function shot(page, name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
}

/** Sends the form of a move on the page of a request, opening it first when it is folded. */
async function move(page, key, fill = async () => {}) {
  const form = page.locator(`#move-${key}`);
  if (!(await form.evaluate((details) => details.open))) await form.locator('> summary').click();
  await fill(form);
  await form.locator('button').last().click();
  await said(page);
}

/** The page says what was just done. */
async function said(page) {
  await page.locator('p[role="status"]').waitFor({ timeout: 10_000 });
}

async function identify(page, why) {
  await move(page, 'confirm-identity', async (form) => {
    await form.locator('input[name="method"]').first().check();
    await form.locator('textarea').fill(why);
  });
}

/** Decides an item otherwise than is proposed; the form stands folded below the proposal. */
async function decide(item, outcome, { reason = '', given = '', basis = false } = {}) {
  const move = item.locator('details.move:has(> form[action$="/decision"])');
  const form = move.locator('form');
  if (!(await form.isVisible())) await move.locator('> summary').click();
  await form.locator(`input[value="${outcome}"]`).check();
  if (basis) await form.locator('input[name="basis"]').first().check();
  if (reason) await form.locator('textarea[name="reason"]').fill(reason);
  if (given) await form.locator('textarea[name="given"]').fill(given);
  await form.locator('button').click();
  await said(item.page());
}

/** Looks again until the page says that the answer arrived. */
async function delivered(page, stage) {
  for (let wait = 0; wait < 40; wait += 1) {
    await page.reload();
    if ((await page.locator('.chip.stage').textContent()) === stage) return;
    await page.waitForTimeout(500);
  }
  throw new Error(`the answer did not arrive; the stage is still ${await page.locator('.chip.stage').textContent()}`);
}

async function atTheDesk(browser, demo) {
  const officer = await visitor(browser, demo, 'mei', DESK);
  const { page } = officer;

  await test('the desk says at once what is late and what comes next', async () => {
    check(/late/.test(await page.locator('h1').textContent()), 'the headline does not tell of what is late');
    check(await page.locator('.next-up .button').isVisible(), 'no next step is offered');
    await shot(page, 'desk');
  });

  let path;
  await test('an unclear request is opened from the desk and triaged', async () => {
    await page.locator('#triage .row-main').first().click();
    path = new URL(page.url()).pathname;
    check((await page.locator('.next-up .button').getAttribute('href')) === '#move-triage', 'triage is not next');
    await move(page, 'triage', async (form) => {
      await form.getByRole('checkbox', { name: /^Deletion/ }).check();
    });
    check(await page.locator('#item-1').isVisible(), 'the right did not become an item');
  });

  await test('identity, ground, assessment and decision are recorded one by one', async () => {
    await identify(page, 'The order number and the delivery address match.');
    const item = page.locator('#item-1');
    await item.locator('form[action$="/ground"]').locator('xpath=..').locator('> summary').click();
    await item.locator('input[name="ground"]').first().check();
    await item.locator('form[action$="/ground"] button').click();
    await said(page);
    await item.locator('.matrix tbody tr').last().locator('td a').first().click();
    await page.locator('input[name="verdict"][value="yes"]').check();
    await page.fill('#reason', 'A colleague is named in every line of the file.');
    await page.fill('#evidence', 'The file of the works council of 12 March.');
    await page.locator('form[action$="/assessments"] button').click();
    await said(page);
    await decide(item, 'refused', { basis: true, reason: 'Others could be recognised from it.' });
    check(/second person/.test(await page.locator('.next-up').textContent()), 'no second person is waited for');
    check((await page.locator('#letter form[action$="/answer"]').count()) === 0, 'an unapproved refusal can be sent');
    await shot(page, 'request-decided');
  });

  await test('a second person, in a session of their own, approves', async () => {
    const reviewer = await visitor(browser, demo, 'tom', DESK);
    await reviewer.page.goto(demo.base + path);
    await reviewer.page.locator('.next-up .button').click();
    check(/Others could be recognised/.test(await reviewer.page.locator('main').textContent()), 'no letter to read');
    await reviewer.page.locator('form[action$="/approval"] button').first().click();
    await said(reviewer.page);
    check(reviewer.wrong.length === 0, reviewer.wrong.join('\n'));
    await reviewer.context.close();
  });

  await test('the answer is previewed with own words, sent, and delivered', async () => {
    await page.goto(demo.base + path);
    await page.fill('#own-words', 'We regret that we cannot do more.');
    await page.locator('#letter button[formaction*="/preview"]').click();
    check(/We regret that we cannot do more/.test(await page.locator('#letter .paper').textContent()), 'words missing');
    // Other words than those that were approved do not leave.
    await page.fill('#own-words', '');
    await page.locator('#letter form[action$="/answer"] button').last().click();
    await said(page);
    await delivered(page, 'Answered');
    check(/Answered in time/.test(await page.locator('#clock').textContent()), 'the clock does not stand');
    await shot(page, 'request-answered');
  });

  await test('everything of it stands in the account of what happened', async () => {
    const told = await page.locator('#timeline').textContent();
    for (const part of ['said what it is', 'identity is proven', 'chose a ground', 'assessed', 'decided', 'approved', 'sent the answer', 'accepted for delivery']) {
      check(told.includes(part), `"${part}" is missing`);
    }
  });

  await test('the whole frame is reached by keyboard', async () => {
    await page.goto(demo.base);
    await page.keyboard.press('Tab');
    check((await page.evaluate(() => document.activeElement.className)) === 'skip', 'the skip link is not first');
    await page.keyboard.press('Enter');
    check((await page.evaluate(() => document.activeElement.id)) === 'main', 'the skip link leads nowhere');
    await page.keyboard.press('Tab');
    const seen = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    check(seen !== 'none', 'the focus cannot be seen');
  });

  await test('nothing went wrong on the way at the desk', async () => {
    check(officer.wrong.length === 0, officer.wrong.join('\n'));
  });
  await officer.context.close();
}

async function onThePhone(browser, demo) {
  const officer = await visitor(browser, demo, 'ada', PHONE);
  const { page } = officer;

  await test('on a phone in Chinese: the desk, and from there the list', async () => {
    check((await page.locator('html').getAttribute('lang')) === 'zh-Hans', 'the page is not in Chinese');
    check(/逾期/.test(await page.locator('h1').textContent()), 'the headline is not in Chinese');
    check(await page.locator('.next-up .button').isVisible(), 'no next step is offered');
    await shot(page, 'phone-desk');
    await page.locator('.side a[href="/requests"]').tap();
    await page.waitForURL(/\/requests/);
    check((await page.locator('.row').count()) > 5, 'the list is empty');
  });

  await test('on a phone in Chinese: identity, decision and answer, with the thumb', async () => {
    const rows = page.locator('.row-main', { hasText: '核验身份' });
    await rows.last().tap();
    await page.waitForURL(/\/requests\/DSR/);
    await identify(page, '以预留邮箱来信，订单号相符。');
    for (const id of await page.locator('.item').evaluateAll((items) => items.map((item) => item.id))) {
      const item = page.locator(`#${id}`);
      const ground = item.locator('form[action$="/ground"]');
      if (await ground.count()) {
        await ground.locator('xpath=..').locator('> summary').tap();
        await ground.locator('input').nth(2).check();
        await ground.locator('button').tap();
        await said(page);
      }
      await decide(item, 'granted', { given: '已在全部系统中办理完毕。' });
    }
    check(/已在全部系统中办理完毕|in all|办理/.test(await page.locator('#letter').textContent()), 'no letter to read');
    await shot(page, 'phone-letter');
    await page.locator('#letter form[action$="/answer"] button').last().tap();
    await said(page);
    await delivered(page, '已答复');
    await shot(page, 'phone-answered');
  });

  await test('on a phone nothing runs off the side and what is tapped is large enough', async () => {
    for (const path of ['/', '/requests', '/mail', '/calendar', '/policy', '/people', '/me', new URL(page.url()).pathname]) {
      await page.goto(demo.base + path);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      check(over <= 0, `${path} runs ${over} pixels off the side`);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll('main button, main .button, .side a, input, select')]
          .filter((one) => one.offsetParent && !one.matches('[type="hidden"]'))
          .map((one) => one.closest('label.option') ?? one)
          .filter((one) => one.getBoundingClientRect().height < 24)
          .map((one) => one.outerHTML.slice(0, 80)));
      check(small.length === 0, `${path} has targets below 24 pixels: ${small}`);
    }
  });

  await test('nothing went wrong on the way on the phone', async () => {
    check(officer.wrong.length === 0, officer.wrong.join('\n'));
  });
  await officer.context.close();
}

async function forEverybody(browser, demo) {
  const paths = ['/', '/requests?standing=all', '/requests/new', '/mail', '/mail/8', '/calendar', '/policy', '/people', '/me'];
  for (const [size, screen] of [['desk', DESK], ['phone', PHONE]]) {
    for (const colorScheme of ['light', 'dark']) {
      await test(`each page is accessible on the ${size} in ${colorScheme}`, async () => {
        const { page, context } = await visitor(browser, demo, 'ada', { ...screen, colorScheme, bypassCSP: true });
        await page.goto(`${demo.base}/requests?standing=all`);
        const requests = await page.locator('.row-main').evaluateAll((rows) => rows.map((row) => row.getAttribute('href')));
        const all = [...paths, ...requests.slice(0, 6), `${requests[0]}/clock`];
        const found = [];
        for (const path of all) {
          await page.goto(demo.base + path);
          // Folded parts are looked at as well.
          await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.removeAttribute('name'); one.open = true; }));
          await page.evaluate(axe);
          const result = await page.evaluate(() =>
            axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
          for (const one of result.violations) found.push(`${path}: ${one.id} ${one.nodes[0].html.slice(0, 120)}`);
          check((await page.locator('script, [style], style').count()) === 0, `${path} has a script or an inline style`);
          await shot(page, `${size}-${colorScheme}${path.replaceAll(/[/?=]/g, '_')}`);
        }
        await context.close();
        check(found.length === 0, found.join('\n'));
      });
    }
  }
  await test('the doors are accessible and say the same to everybody', async () => {
    const context = await browser.newContext({ ...PHONE, bypassCSP: true });
    const page = await context.newPage();
    for (const path of ['/sign-in', '/invitation/nothing']) {
      await page.goto(demo.base + path);
      await page.evaluate(axe);
      const result = await page.evaluate(() => axe.run());
      check(result.violations.length === 0, `${path}: ${result.violations.map((one) => one.id)}`);
    }
    await context.close();
  });
}

const binary = process.argv[2];
if (!binary || !browserPath) {
  console.error('Name the program: node run.mjs ../../target/debug/habeas. Chromium must be installed, or named by CHROMIUM.');
  process.exit(2);
}
const demo = await startDemo(binary);
const browser = await chromium.launch({ executablePath: browserPath, args: flags });
try {
  await forEverybody(browser, demo);
  await atTheDesk(browser, demo);
  await onThePhone(browser, demo);
} finally {
  await browser.close();
  demo.child.kill('SIGTERM');
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
