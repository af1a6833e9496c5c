// What contrib/interop-page does in the browser.
'use strict';
const fs = require('fs');
const { execFileSync } = require('child_process');
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const { BASE, SHOTS, CHROMIUM, CAIRN, SERVER, LATER } = process.env;

let n = 0, failed = 0;
function result(name, good, why) {
	n++;
	if (!good) failed++;
	console.log((good ? 'ok ' : 'not ok ') + n + ' - ' + name);
	if (!good && why) console.log('# ' + String(why).replace(/\n/g, '\n# '));
}

async function watch(context) {
	const page = await context.newPage();
	const complaints = [];
	page.on('console', (m) => { if (m.type() === 'error' || m.type() === 'warning') complaints.push(m.text()); });
	page.on('pageerror', (e) => complaints.push(String(e)));
	page.on('dialog', (d) => { complaints.push('dialog ' + d.message()); d.dismiss(); });
	page.on('request', (r) => { if (!r.url().startsWith(BASE) && !r.url().startsWith('data:')) complaints.push('outside: ' + r.url()); });
	await page.goto(BASE + '/');
	await page.waitForSelector('#source-table tbody tr');
	await page.waitForSelector('#compare table');
	return { page, complaints };
}

async function ask(page, text) {
	await page.fill('#q', text);
	await page.press('#q', 'Enter');
	await page.waitForFunction((t) => decodeURIComponent(location.hash) === '#q=' + t, text);
	await page.waitForFunction(() => document.activeElement.id === 'answer');
	return page.innerText('#answer');
}

const shot = (page, name) => page.screenshot({ path: SHOTS + '/' + name + '.png', fullPage: true });

async function serious(page) {
	const r = await page.evaluate(async (source) => {
		// As the developer's tools would: not under the page's policy.
		(0, eval)(source);
		return window.axe.run(document);
	}, axe);
	return r.violations.filter((v) => ['serious', 'critical'].includes(v.impact))
		.map((v) => v.id + ': ' + v.nodes.map((e) => e.target + ' ' + e.failureSummary).join('; ')).join('\n');
}

async function people(context, name) {
	const { page, complaints } = await watch(context);
	await shot(page, name + '-start');
	let text = await ask(page, '10.17.0.0/18 AS4200000020');
	result(name + ': why', /valid/.test(text) && /rpki\.alpha\.example/.test(text), text);
	await shot(page, name + '-why');
	let bad = await serious(page);
	result(name + ': axe, the story', !bad, bad);
	text = await ask(page, 'AS4200000020');
	result(name + ': an AS', /10\.17\.0\.0\/18/.test(text), text);
	text = await ask(page, 'north');
	result(name + ': a holder', /is a holder/.test(text), text);
	await shot(page, name + '-holder');
	bad = await serious(page);
	result(name + ': axe, lists', !bad, bad);
	text = await ask(page, '10.17.0.1/8');
	result(name + ': what is wrong is said', /no prefix/.test(text), text);
	const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	result(name + ': nothing hangs over', over <= 0, over + ' px');
	// The browser tells of each answer that is not 2xx: one was asked for.
	const rest = complaints.filter((c) => !/status of 400/.test(c));
	result(name + ': no error, no violation, no outside request', rest.length === 0, rest.join('\n'));
	await page.close();
}

// Every text that the server tells, as an enemy would have it.
async function hostile(context) {
	const evil = '"><img src=x onerror=alert(1)><script>alert(2)</script>';
	const spoil = (v, key) => typeof v === 'string' ? (/^(kind|class|state|status|prefix|made|fetched)$|_at$|^not_|^expires$/.test(key) ? v : v + evil) :
		v && typeof v === 'object' ? (Array.isArray(v) ? v.map((w) => spoil(w, '')) : Object.fromEntries(Object.entries(v).map(([k, w]) => [k, spoil(w, k)]))) : v;
	await context.route(/\/(health|api\/v1\/(lookup|compare|status))/, async (route) => {
		const response = await route.fetch();
		await route.fulfill({ response, json: spoil(await response.json(), '') });
	});
	const { page, complaints } = await watch(context);
	for (const q of ['10.17.0.0/18 AS4200000020', '172.19.64.0/19', 'AS4200000020', 'north']) {
		const text = await ask(page, q);
		result('hostile: ' + q + ' is text', text.includes(evil) && !(await page.$('img, body script')), text);
	}
	for (const id of ['compare', 'source-table', 'repository-table', 'server-list'])
		result('hostile: ' + id + ' is text', (await page.innerText('#' + id)).includes(evil));
	await shot(page, 'hostile');
	result('hostile: nothing ran', complaints.length === 0, complaints.join('\n'));
	await page.close();
}

async function keys(context) {
	const { page, complaints } = await watch(context);
	await page.keyboard.press('Tab');
	result('keys: the first Tab skips', (await page.evaluate(() => document.activeElement.className)) === 'skip');
	await page.keyboard.press('/');
	await page.keyboard.type('172.19.64.0/19');
	await page.keyboard.press('Enter');
	await page.waitForFunction(() => document.activeElement.id === 'answer' && document.activeElement.innerText);
	result('keys: an answer', /172\.19\.64\.0\/19/.test(await page.innerText('#answer')));
	const serial = () => page.innerText('#server-list');
	const before = await serial();
	execFileSync(CAIRN, ['demo', '-q', '--at', LATER, 'world']);
	process.kill(Number(SERVER), 'SIGUSR1');
	const came = await page.waitForFunction((t) => document.getElementById('server-list').innerText !== t, before, { timeout: 60000 }).then(() => true, () => false);
	result('a new view comes by itself', came, before);
	result('keys: no complaint', complaints.length === 0, complaints.join('\n'));
	await page.close();
}

(async () => {
	const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
	const of = (options) => browser.newContext(options);
	await people(await of({ viewport: { width: 1280, height: 900 } }), 'wide');
	await people(await of({ viewport: { width: 390, height: 844 } }), 'narrow');
	await people(await of({ viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }), 'dark');
	await hostile(await of({}));
	await keys(await of({}));
	await browser.close();
	console.log('1..' + n);
	process.exit(failed ? 1 : 0);
})().catch((e) => { console.log('Bail out! ' + e); process.exit(1); });
