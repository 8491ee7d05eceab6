// The officer's way from mail to answer in a real browser, on a desk in English and on a phone in Chinese.
//
//   npm ci && node run.mjs ../../target/debug/habeas
//
// Starts `BINARY demo` on a free port and ends it again. Chromium is looked for at its usual places, or named by
// CHROMIUM. With SHOTS=folder a picture of each page is kept there. The helpers are in house.mjs, whole requests in walk.mjs.

import { chromium } from 'playwright-core';
import {
  DESK, PHONE, accessible, axe, barriers, browserPath, check, count, decide, delivered, flags, identify, mailTo, move,
  passerBy, press, shot, startDemo, test, visitor, weigh,
} from './house.mjs';
import { walk } from './walk.mjs';

/** The rights of a request as they stand one by one. */
async function names(page) {
  return (await page.locator('#items .item h3').allTextContents()).map((name) => name.trim()).join();
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
    check((await names(page)) === 'Access,Deletion', `the items are ${await names(page)}`);
    // What was recognised wrongly is taken out with a reason.
    const access = page.locator('#items .item').first().locator('details.move:has(form[action$="/removal"])');
    await access.locator('> summary').click();
    await access.locator('textarea').fill('It is about deletion alone.');
    await press(access.locator('button'));
    check((await names(page)) === 'Deletion', `the items are ${await names(page)}`);
  });

  await test('a code that the officer has sent proves the address, on the page that the mail leads to', async () => {
    const address = (await page.locator('#identity strong').first().textContent()).trim();
    await move(page, 'send-code');
    const mail = await mailTo(demo, address, /\/portal\/address\//);
    const requester = await passerBy(browser, demo, PHONE);
    await requester.page.goto(mail.text.match(/\S+\/portal\/address\/\S+/)[0]);
    await accessible(requester.page);
    await requester.page.fill('#code', mail.text.match(/\d{4} \d{4}/)[0]);
    await requester.page.locator('form:has(#code) button').click();
    await requester.page.waitForFunction(() => !document.querySelector('#code'));
    check(requester.wrong.length === 0, requester.wrong.join('\n'));
    await requester.context.close();
    await page.goto(demo.base + path);
    check(/Confirmed by a code/.test(await page.locator('#identity').textContent()), 'the address is not proven');
  });

  await test('identity, ground, assessment and decision are recorded one by one', async () => {
    await identify(page, 'The order number and the delivery address match.');
    const item = page.locator('#items .item');
    await item.locator('form[action$="/ground"]').locator('xpath=..').locator('> summary').click();
    await item.locator('input[name="ground"]').first().check();
    await press(item.locator('form[action$="/ground"] button'));
    await weigh(item);
    await page.locator('input[name="verdict"][value="yes"]').check();
    await page.fill('#reason', 'A colleague is named in every line of the file.');
    await page.fill('#evidence', 'The file of the works council of 12 March.');
    await press(page.locator('form[action$="/assessments"] button'));
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
    await press(reviewer.page.locator('form[action$="/approval"] button').first());
    check(reviewer.wrong.length === 0, reviewer.wrong.join('\n'));
    await reviewer.context.close();
  });

  await test('the answer is previewed with own words, sent, and delivered', async () => {
    await page.goto(demo.base + path);
    await page.fill('#own-words', 'We regret that we cannot do more.');
    await page.locator('#letter form:has(#own-words) button[formaction*="/preview"]').click();
    check(/We regret that we cannot do more/.test((await page.locator('#letter .paper').allTextContents()).join()), 'words missing');
    // Other words than those that were approved do not leave.
    await page.locator('#letter form[action$="/answer"] button').last().click();
    await page.waitForURL(/\/answer$/);
    check(officer.wrong.splice(0).some((one) => /^4\d\d .*\/answer$/.test(one)), 'what nobody approved was sent');
    await page.goto(demo.base + path);
    check(!/We regret/.test(await page.locator('#letter .paper').first().textContent()), 'a preview was kept');
    await press(page.locator('#letter form[action$="/answer"] button').last());
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
    // One who asks for herself, and for something that rests on no conditions.
    const rows = page.locator('.row-main', { hasText: /核验身份/ }).filter({ hasText: '注销账号' });
    await rows.last().tap();
    await page.waitForURL(/\/requests\/DSR/);
    await identify(page, '以预留邮箱来信，订单号相符。');
    for (const id of await page.locator('.item').evaluateAll((items) => items.map((item) => item.id))) {
      const item = page.locator(`#${id}`);
      const ground = item.locator('form[action$="/ground"]');
      if (await ground.count()) {
        await ground.locator('xpath=..').locator('> summary').tap();
        await ground.locator('input').nth(2).check();
        await press(ground.locator('button'));
      }
      await decide(item, 'granted', { given: '已在全部系统中办理完毕。' });
    }
    check(/已在全部系统中办理完毕|in all|办理/.test(await page.locator('#letter').textContent()), 'no letter to read');
    await shot(page, 'phone-letter');
    await press(page.locator('#letter form[action$="/answer"] button').last());
    await delivered(page, '已答复');
    await shot(page, 'phone-answered');
  });

  await test('on a phone nothing runs off the side and what is tapped is large enough', async () => {
    const paths = [
      '/', '/requests', '/mail', '/calendar', '/policy', '/people', '/me', '/me/second-factor', '/second-factor', '/letters', '/systems', '/systems/new',
      '/tasks', '/states', '/campaigns', '/balance', '/portal', '/portal/request', '/portal/status',
      new URL(page.url()).pathname,
    ];
    for (const path of paths) {
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

  await test('on a phone in Chinese: the key of a new second factor is shown, and nothing is kept out', async () => {
    await page.goto(`${demo.base}/me/second-factor`);
    await page.fill('#code-old', await page.code());
    await page.locator('form[action$="/key"] button').tap();
    await page.locator('svg.qr').waitFor();
    check(/^[A-Z2-7 ]{39}$/.test(await page.locator('#key').inputValue()), 'no key to type');
    await accessible(page);
    await shot(page, 'phone-key');
  });

  await test('nothing went wrong on the way on the phone', async () => {
    check(officer.wrong.length === 0, officer.wrong.join('\n'));
  });
  await officer.context.close();
}

/** The first of some requests that is decided and from which files can be handed over. */
async function answerable(page, demo, requests) {
  for (const path of requests) {
    await page.goto(demo.base + path);
    if ((await page.locator('a[href$="/handover"]').count()) > 0 && (await page.locator('a[href$="/approval"]').count()) > 0) return path;
  }
  throw new Error('the demo has no request that waits for approval');
}

/** The page on which an exemption of a request is weighed. */
async function assessment(page, demo, path) {
  await page.goto(demo.base + path);
  return page.locator('.matrix tbody tr').last().locator('td a').first().getAttribute('href');
}

async function forEverybody(browser, demo) {
  const paths = [
    '/', '/requests?standing=all', '/requests/new', '/mail', '/mail/8', '/calendar', '/policy', '/people', '/me',
    '/letters', '/systems', '/systems/new', '/systems/shop', '/tasks', '/states', '/campaigns', '/balance', '/bulk',
    '/me/second-factor', '/second-factor', '/portal', '/portal/request', '/portal/status',
  ];
  for (const [size, screen] of [['desk', DESK], ['phone', PHONE]]) {
    for (const colorScheme of ['light', 'dark']) {
      await test(`each page is accessible on the ${size} in ${colorScheme}`, async () => {
        const { page, context } = await visitor(browser, demo, 'ada', { ...screen, colorScheme, bypassCSP: true });
        await page.goto(`${demo.base}/requests?standing=all`);
        const requests = await page.locator('.row-main').evaluateAll((rows) => rows.map((row) => row.getAttribute('href')));
        const one = await answerable(page, demo, requests);
        const all = [
          ...paths, ...requests.slice(0, 6), `${requests[0]}/clock`, `${one}/handover`, `${one}/approval`,
          await assessment(page, demo, one),
        ];
        const found = [];
        for (const path of all) {
          await page.goto(demo.base + path);
          found.push(...(await barriers(page)));
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
  await walk(browser, demo, 'desk', DESK, 'en');
  await walk(browser, demo, 'phone', PHONE, 'zh');
} finally {
  await browser.close();
  demo.child.kill('SIGTERM');
}
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed === 0 ? 0 : 1);
