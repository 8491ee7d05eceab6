// Whole requests, from the public form to the answer, with the mail that leaves read as its receivers read it.
//
// Each story is told by three or four people at their own screens: a requester at the portal, an officer, a reviewer, the
// owner of a system. Nothing is known to one that another did not send.

import { readFileSync } from 'node:fs';
import {
  accessible, check, decide, delivered, identify, mailTo, passerBy, press, shot, test, visitor, weigh,
} from './house.mjs';

/** What is typed and what is read, in both languages. */
const WORDS = {
  en: {
    officer: 'mei',
    answered: 'Answered',
    name: 'Nora Field',
    asks: 'Customer number 4711. Please do this soon.',
    why: 'The order number agrees with the shop.',
    code: /Your code is/,
    given: 'Everything that the shop and the customer desk hold.',
    part: 'In two calls another customer can be heard; those minutes are left out.',
    evidence: 'The two recordings of 12 March.',
    kept: 'Invoices of 2025 are kept for the tax office.',
    task: 'The street is Lindenweg 4, not Lindenweg 14.',
    done: 'Lindenweg 14 before, Lindenweg 4 now.',
    seen: 'Seen in a video call on the same day.',
    complaint: 'I do not agree: my own words are missing as well.',
  },
  zh: {
    officer: 'ada',
    answered: '已答复',
    name: '陈晓',
    asks: '客户编号4711，请尽快办理。',
    why: '订单号与商城记录相符。',
    code: /验证码/,
    given: '商城和客服系统中的全部信息。',
    part: '两段通话中可听到其他客户的声音，已予以遮蔽。',
    evidence: '3月12日的两段录音。',
    kept: '2025年的发票须为税务留存。',
    task: '地址应为林荫路4号，而非14号。',
    done: '原为林荫路14号，现已改为林荫路4号。',
    seen: '当日视频核验时查看。',
    complaint: '我不同意：我本人说的话也被删去了。',
  },
};

export async function walk(browser, demo, size, screen, language) {
  const words = WORDS[language];
  const stage = { browser, demo, size, screen, words };
  const stories = {
    'access: proven by a code, released, and fetched with link and code': access,
    'a part is withheld with a second person, followed and complained about in the portal': partly,
    'a deletion that a duty in law turns into a restriction until its end': retained,
    'a correction that the owner of a system carries out by the link in the mail': corrected,
    'a withdrawal of consent, and the deletion that it offers': withdrawn,
    'a guardian asks for a child, with the evidence that was seen': (stage) => forAnother(stage, 'guardian', 'copy'),
    'a relative asks after a death, with the evidence that was seen': (stage) => forAnother(stage, 'next-of-kin', 'copy'),
  };
  for (const [name, story] of Object.entries(stories)) {
    await test(`on the ${size}: ${name}`, async () => {
      const people = [];
      try {
        await story({
          ...stage,
          /** Somebody new at a screen of their own. */
          enters: async (who) => {
            const one = who ? await visitor(browser, demo, who, screen) : await passerBy(browser, demo, screen);
            people.push(one);
            return one.page;
          },
        });
        for (const one of people) check(one.wrong.length === 0, one.wrong.join('\n'));
      } catch (error) {
        for (const [at, one] of people.entries()) await shot(one.page, `failed-${size}-${name.split(/\W/)[1]}-${at}`);
        throw error;
      } finally {
        for (const one of people) await one.context.close();
      }
    });
  }
}

/** A requester fills in the public form and proves the address; the page of the request comes back with its reference. */
async function asks({ demo, words, enters, size }, address, { right, onBehalf = 'none' }) {
  const page = await enters();
  await page.goto(`${demo.base}/portal`);
  await page.locator('.next-up .button').first().click();
  await page.locator(`input[name="rights"][value="${right}"]`).check();
  await page.fill('#text', words.asks);
  await page.locator(`input[name="on_behalf"][value="${onBehalf}"]`).check();
  await page.fill('#address', address);
  await page.fill('#name', words.name);
  // What comes back sooner than a person can write waits for an officer.
  await page.waitForTimeout(3_200);
  await shot(page, `walk-${size}-portal-form`);
  await page.locator('form[action="/portal/request"] button').click();
  await page.waitForURL(/\/portal\/code/);
  await accessible(page);
  await enter(page, await codeFor(demo, address, words), '/portal/code');
  await page.waitForURL(/\/portal\/requests/);
  await accessible(page);
  await page.locator('a[href^="/portal/requests/DSR"]').first().click();
  const reference = (await page.locator('.reference').first().textContent()).trim();
  check(/^DSR-\d{4}-\d+$/.test(reference), `the portal names no reference but "${reference}"`);
  return { page, reference, path: new URL(page.url()).pathname };
}

async function codeFor(demo, address, words) {
  const mail = await mailTo(demo, address, words.code);
  const code = mail.text.match(/\d[\d -]{4,}\d/)?.[0];
  check(code, `no code in the mail:\n${mail.text}`);
  return code;
}

async function enter(page, code, action) {
  await page.fill('#code', code);
  await page.locator(`form[action="${action}"] button`).first().click();
}

/** The officer opens the request and says who the person is; the code has shown the address to be theirs. */
async function takesUp(stage, reference, path = `/requests/${reference}`) {
  const page = await stage.enters(stage.words.officer);
  await page.goto(stage.demo.base + path);
  await identify(page, stage.words.why, 'address-code');
  return page;
}

/** Opens what is folded around a form and hands the form over. */
async function unfold(form) {
  if (!(await form.isVisible())) await form.locator('xpath=ancestor::details[1]').locator('> summary').click();
  return form;
}

async function chooseGround(item, ground) {
  const form = await unfold(item.locator('form[action$="/ground"]'));
  await form.locator(`input[value="${ground}"]`).check();
  await press(form.locator('button'));
}

async function approves(stage, reference) {
  const page = await stage.enters('tom');
  await page.goto(`${stage.demo.base}/requests/${reference}`);
  await page.locator('#letter a[href$="/approval"]').click();
  await accessible(page);
  await shot(page, `walk-${stage.size}-approval`);
  const leaves = await page.locator('main').textContent();
  await press(page.locator('form[action$="/approval"] button').first());
  return leaves;
}

/** The answer leaves and arrives; the mail is handed back. */
async function answers(stage, page, address, reference, says) {
  await page.goto(`${stage.demo.base}/requests/${reference}`);
  await press(page.locator('#letter form[action$="/answer"] button').last());
  await delivered(page, stage.words.answered);
  return mailTo(stage.demo, address, says);
}

/** Puts a file with the request, on the page from which files leave. */
async function encloses({ words }, officer) {
  await officer.locator('a[href$="/handover"]').click();
  const releases = officer.locator('form[action$="/handover/packages"]');
  await officer.locator('#upload').waitFor();
  check((await releases.count()) === 0, 'a package can leave with nothing in it');
  await officer.setInputFiles('#upload', {
    name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from('order,month\n4711,2026-03\n4712,2026-05\n'),
  });
  await officer.fill('#about', words.given);
  await press(officer.locator('form[action$="/handover/files"] button'));
  check(/orders\.csv/.test(await officer.locator('#file-1').textContent()), 'the file is not there');
}

async function access(stage) {
  const { demo, words, size } = stage;
  const address = `access.${size}@example.cn`;
  const asked = await asks(stage, address, { right: 'access' });
  const officer = await takesUp(stage, asked.reference);
  await decide(officer.locator('#item-1'), 'granted', { given: words.given });

  await encloses(stage, officer);
  const releases = officer.locator('form[action$="/handover/packages"]');
  await press(releases.locator('button'));
  await accessible(officer);
  await shot(officer, `walk-${size}-handover`);

  const ready = await mailTo(demo, address, /\/portal\/package\//);
  check(!/4711,2026/.test(ready.text), 'the data themselves are in the mail');
  const receiver = await stage.enters();
  const link = ready.text.match(/http\S+\/portal\/package\/\S+/)[0];
  await receiver.goto(link);
  check((await receiver.locator('#code').count()) === 0, 'a code is wanted before one was sent');
  await receiver.locator('form[action$="/code"] button').click();
  await receiver.locator('#code').waitFor();
  await accessible(receiver);
  await shot(receiver, `walk-${size}-package`);
  await receiver.fill('#code', await codeFor(demo, address, words));
  const [download] = await Promise.all([
    receiver.waitForEvent('download'),
    receiver.locator('form:has(#code) button').click(),
  ]);
  const bytes = readFileSync(await download.path());
  check(bytes.subarray(0, 2).toString() === 'PK', 'what was fetched is no archive');
  check(bytes.includes('orders.csv'), 'the file is not in the archive');

  const answer = await answers(stage, officer, address, asked.reference, new RegExp(words.given));
  check(answer.subject.includes(asked.reference), 'the answer does not name the request');
  await asked.page.goto(demo.base + asked.path);
  check((await asked.page.locator('main').textContent()).includes(words.given), 'the answer is not in the portal');
}

async function partly(stage) {
  const { demo, words, size } = stage;
  const address = `partly.${size}@example.cn`;
  const asked = await asks(stage, address, { right: 'access' });
  const officer = await takesUp(stage, asked.reference);
  const item = officer.locator('#item-1');
  await weigh(item);
  await officer.locator('input[name="verdict"][value="partly"]').check();
  await officer.fill('#reason', words.part);
  await officer.fill('#evidence', words.evidence);
  await officer.fill('#still-given', words.given);
  await press(officer.locator('form[action$="/assessments"] button'));
  await decide(item, 'partly-granted', { basis: true, reason: words.part, given: words.given });
  check((await officer.locator('#letter form[action$="/answer"]').count()) === 0, 'it can leave without a second person');
  const leaves = await approves(stage, asked.reference);
  check(leaves.includes(words.part) && leaves.includes(words.given), 'the reviewer does not see what leaves');
  const answer = await answers(stage, officer, address, asked.reference, new RegExp(words.part));
  check(answer.text.includes(words.given), 'the answer does not say what is given');

  // The person comes back another day, without the old session.
  const back = await stage.enters();
  await back.goto(`${demo.base}/portal/status`);
  await back.fill('#address', address);
  await back.fill('#reference', asked.reference);
  await back.locator('form[action="/portal/status"] button').click();
  await back.waitForURL(/\/portal\/code/);
  await enter(back, await codeFor(demo, address, words), '/portal/code');
  await back.waitForURL(/\/portal\/requests/);
  if (!back.url().includes(asked.reference)) await back.locator(`a[href$="${asked.reference}"]`).first().click();
  check((await back.locator('#messages ~ article').allTextContents()).some((text) => text.includes(words.part)), 'the answer is not in the portal');
  await accessible(back);
  await shot(back, `walk-${size}-portal-answered`);
  await back.locator('a[href$="/complaint"]').click();
  await back.waitForURL(/\/complaint$/);
  await accessible(back);
  await back.fill('#text', words.complaint);
  await press(back.locator('form[action$="/complaint"] button'));
  await shot(back, `walk-${size}-portal-complaint`);
  const review = await another(back, demo, asked.reference);
  await officer.goto(`${demo.base}/requests/${review}`);
  const complaint = await officer.locator('main').textContent();
  check(complaint.includes(words.complaint), 'no officer reads the complaint');
  check(complaint.includes(asked.reference), 'the review does not say what it is about');
  await shot(officer, `walk-${size}-review`);
}

/** The reference of the request that appears beside the first under "your requests". */
async function another(page, demo, first) {
  for (let wait = 0; wait < 60; wait += 1) {
    await page.goto(`${demo.base}/portal/requests`);
    const all = (await page.locator('p.reference').allTextContents()).map((text) => text.trim());
    const other = all.find((reference) => reference !== first);
    if (other) return other;
    await page.waitForTimeout(500);
  }
  throw new Error('nothing came of the complaint');
}

async function retained(stage) {
  const { words, size, demo } = stage;
  const address = `retained.${size}@example.cn`;
  const asked = await asks(stage, address, { right: 'deletion' });
  const officer = await takesUp(stage, asked.reference);
  const item = officer.locator('#item-1');
  await chooseGround(item, 'purpose-ended');
  const form = await unfold(item.locator('form[action$="/retention"]:has([name="until"])'));
  await form.locator('input[name="duty"][value="tax"]').check();
  await form.locator('input[name="until"]').fill('2035-12-31');
  await form.locator('textarea').fill(words.kept);
  await press(form.locator('button'));
  const proposal = officer.locator('#item-1-proposal');
  check((await proposal.locator('input[name="outcome"]').inputValue()) === 'restricted', 'a restriction is not proposed');
  await accessible(officer);
  await shot(officer, `walk-${size}-restriction`);
  await press(proposal.locator('button'));
  if ((await officer.locator('#letter form[action$="/answer"]').count()) === 0) await approves(stage, asked.reference);
  const answer = await answers(stage, officer, address, asked.reference, /2035/);
  check(/31 December 2035|2035年12月31日/.test(answer.text), 'the answer does not say until when');
  const timeline = await officer.locator('#timeline').textContent();
  check(timeline.includes(words.kept) || (await item.textContent()).includes(words.kept), 'the duty is not on the page');
  await officer.goto(`${demo.base}/requests/${asked.reference}`);
  check(/2035/.test(await item.textContent()), 'the item does not say until when');
}

async function corrected(stage) {
  const { demo, words, size } = stage;
  const address = `corrected.${size}@example.cn`;
  const asked = await asks(stage, address, { right: 'correction' });
  const officer = await takesUp(stage, asked.reference);
  await decide(officer.locator('#item-1'), 'granted', { given: words.given });
  const sends = officer.locator('#tasks form:has(input[type="checkbox"][name="task"])');
  await sends.locator('textarea').fill(words.task);
  await press(sends.locator('button'));
  await accessible(officer);
  await shot(officer, `walk-${size}-tasks`);

  const mail = await mailTo(demo, 'shop.owner@example.com', new RegExp(asked.reference));
  check(!mail.text.includes(address), 'the mail to the owner says whose data it is');
  const owner = await stage.enters();
  await owner.goto(mail.text.match(/http\S+\/task\/\S+/)[0]);
  const told = await owner.locator('main').textContent();
  check(told.includes(words.task), 'the owner does not read what to correct');
  await owner.locator('input[name="outcome"][value="done"]').check();
  await owner.locator('textarea[name="note"]').fill(words.done);
  await accessible(owner);
  await shot(owner, `walk-${size}-task`);
  await press(owner.locator('form:has(textarea[name="note"]) button'));
  await officer.goto(`${demo.base}/requests/${asked.reference}`);
  check((await officer.locator('#tasks article').allTextContents()).some((text) => text.includes(words.done)), 'the officer does not read what the owner did');

  await answers(stage, officer, address, asked.reference, new RegExp(words.given));
  check((await officer.locator('#move-close').count()) === 0, 'it can be closed while systems have not answered');
  const closes = await unfold(officer.locator('form[action$="/tasks/closure"]'));
  await closes.locator('textarea').fill(words.why);
  await press(closes.locator('button'));
}

async function withdrawn(stage) {
  const { words, size, demo } = stage;
  const address = `withdrawn.${size}@example.cn`;
  const asked = await asks(stage, address, { right: 'withdrawal' });
  const officer = await takesUp(stage, asked.reference);
  check(/\S/.test(await officer.locator('#item-1').textContent()), 'the withdrawal is no item');
  await press(officer.locator('#item-1 form[action$="/follow-up"]:has([value="deletion"]) button'));
  const deletion = officer.locator('#item-2');
  check(await deletion.locator('input[name="ground"][value="consent-withdrawn"]').isChecked(), 'the deletion does not stand on the withdrawal');
  await decide(officer.locator('#item-1'), 'granted', { given: words.given });
  await decide(deletion, 'granted', { given: words.given });
  await shot(officer, `walk-${size}-withdrawal`);
  await answers(stage, officer, address, asked.reference, new RegExp(words.given));
  await officer.goto(`${demo.base}/states`);
  check((await officer.locator('main').textContent()).includes(asked.reference), 'the withdrawal is not among what lasts');
}

async function forAnother(stage, onBehalf, right) {
  const { words, size } = stage;
  const address = `${onBehalf}.${size}@example.cn`;
  const asked = await asks(stage, address, { right, onBehalf });
  const officer = await takesUp(stage, asked.reference);
  await decide(officer.locator('#item-1'), 'granted', { given: words.given });
  const open = officer.locator('#identity form[action*="/evidence/"]:has([name="sight"])');
  const pieces = await open.count();
  check(pieces >= 2, 'no evidence is asked for');
  for (let left = pieces; left > 0; left -= 1) {
    check((await officer.locator('#letter form[action$="/answer"]').count()) === 0, 'it can leave while evidence is missing');
    const form = await unfold(open.first());
    await form.locator('textarea').fill(words.seen);
    await press(form.locator('button'));
  }
  check((await officer.locator('#identity .note', { hasText: words.seen }).count()) === pieces, 'the evidence is not recorded');
  await accessible(officer);
  await shot(officer, `walk-${size}-${onBehalf}`);

  // What leaves for somebody who asks in another's name is let go by a second person.
  await encloses(stage, officer);
  const releases = officer.locator('form[action$="/handover/packages"]');
  check((await releases.count()) === 0, 'a package can leave without a second person');
  const reviewer = await stage.enters('tom');
  await reviewer.goto(officer.url());
  await press(reviewer.locator('form[action$="/handover/approval"] button'));
  await officer.reload();
  await press(releases.locator('button'));
  await mailTo(stage.demo, address, /\/portal\/package\//);
  await answers(stage, officer, address, asked.reference, new RegExp(words.given));
}
