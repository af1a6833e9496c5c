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
	await page.waitForSelector('#past > div');
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
		.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((e) => e.target + ' ' + e.failureSummary).join('; ')).join('\n');
}

async function people(context, name) {
	const { page, complaints } = await watch(context);
	await shot(page, name + '-start');
	let bad = await serious(page);
	result(name + ': axe, the start', !bad, bad);
	// Two worlds: conflicts first, told in words.
	let text = await page.innerText('#compare tbody tr:first-child');
	result(name + ': compare', /10\.17\.0\.0\/18/.test(text) && /conflict/.test(text) && /AS4200000020/.test(text) && /AS4200000025/.test(text) && /its holder authorizes nothing such/.test(text), text);
	result(name + ': the map', await page.$$eval('#compare svg.map rect.conflict', (all) => all.length) >= 4);
	text = await page.innerText('#past');
	result(name + ': history', /vanished/.test(text) && /10\.19\.3\.0\/24/.test(text) && /it is no longer published/.test(text), text);
	text = await page.innerText('#source-table');
	result(name + ': witnesses', /witness\.north\.example cosigned/.test(text) && /witness\.south\.example cosigned/.test(text), text);
	text = await ask(page, '10.17.0.0/18 AS4200000020');
	result(name + ': why', /valid/.test(text) && /rpki\.alpha\.example/.test(text), text);
	await shot(page, name + '-why');
	bad = await serious(page);
	result(name + ': axe, the story', !bad, bad);
	text = await ask(page, '10.19.3.0/24 AS4200000041');
	result(name + ': its past', /What changed here/.test(text) && /vanished/.test(text) && /v4-d\.roa/.test(text), text);
	await shot(page, name + '-past');
	bad = await serious(page);
	result(name + ': axe, its past', !bad, bad);
	const refused = await ask(page, '10.200.0.0/24');
	result(name + ': why something was refused', /manifest\.name/.test(refused) && /RFC 9286/.test(refused), refused);
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
	result(name + ': nothing hangs over', over <= 0, over + ' px: ' + await page.evaluate(() => [...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > innerWidth && !e.closest('.scroll')).map((e) => e.tagName + '#' + e.id + '.' + e.className).slice(0, 5).join(' ')));
	// The browser tells of each answer that is not 2xx: one was asked for.
	const rest = complaints.filter((c) => !/status of 400/.test(c));
	result(name + ': no error, no violation, no outside request', rest.length === 0, rest.join('\n'));
	await page.close();
}

// What an enemy published, as it comes through all of Cairn.
async function enemy(context) {
	const { page, complaints } = await watch(context);
	const clean = async () => (await page.$$('img, body script, iframe, object')).length === 0;
	let text = await ask(page, '10.200.0.0/24');
	result('hostile: a file name is text', text.includes('<img src=x onerror=alert(1)>.roa') && await clean(), text);
	await shot(page, 'hostile-name');
	text = await page.innerText('#repository-table');
	result('hostile: what a server says is text', text.includes('<script>alert(3)</script><img src=y onerror=alert(4)>') && await clean(), text);
	text = await ask(page, '"><svg-onload=alert(5)>');
	result('hostile: what is asked is text', text.includes('<svg-onload=alert(5)>') && await clean(), text);
	await page.goto(BASE + '/#q=' + encodeURIComponent('<img src=x onerror=alert(6)>'));
	await page.reload();
	await page.waitForFunction(() => document.getElementById('answer').innerText);
	result('hostile: so is what a link asks', await clean());
	result('hostile: nothing ran', complaints.length === 0, complaints.join('\n'));
	await page.close();
}

// Every text that the server tells, as an enemy would have it.
async function hostile(context) {
	const evil = '"><img src=x onerror=alert(1)><script>alert(2)</script>';
	const spoil = (v, key) => typeof v === 'string' ? (/^(kind|class|state|status|prefix|made|fetched|change|time|from|until|cosigned)$|_at$|^not_|^expires$/.test(key) ? v : v + evil) :
		v && typeof v === 'object' ? (Array.isArray(v) ? v.map((w) => spoil(w, '')) : Object.fromEntries(Object.entries(v).map(([k, w]) => [k, spoil(w, k)]))) : v;
	await context.route(/\/(health|api\/v1\/(lookup|compare|status|history))/, async (route) => {
		const response = await route.fetch();
		await route.fulfill({ response, json: spoil(await response.json(), '') });
	});
	const { page, complaints } = await watch(context);
	for (const q of ['10.17.0.0/18 AS4200000020', '172.19.64.0/19', 'AS4200000020', 'north']) {
		const text = await ask(page, q);
		result('every text: ' + q, text.includes(evil) && !(await page.$('img, body script')), text);
	}
	for (const id of ['compare', 'past', 'source-table', 'repository-table', 'server-list'])
		result('every text: ' + id, (await page.innerText('#' + id)).includes(evil));
	await shot(page, 'hostile');
	const rest = complaints.filter((c) => !/status of 400/.test(c));
	result('every text: nothing ran', rest.length === 0, rest.join('\n'));
	await page.close();
}

const focused = (page) => page.evaluate(() => {
	const e = document.activeElement;
	return { id: e.id, name: e.tagName, text: e.innerText || '', cls: e.className, href: e.getAttribute('href') || '',
		seen: e === document.body || getComputedStyle(e).outlineStyle !== 'none' || e.id === 'answer' };
});

// From the top to the end and no mouse: what takes the focus shows it.
async function keys(context) {
	const { page, complaints } = await watch(context);
	await page.keyboard.press('Tab');
	result('keys: the first Tab skips', (await focused(page)).cls === 'skip');
	await page.keyboard.press('/');
	await page.keyboard.type('172.19.64.0/19');
	await page.keyboard.press('Enter');
	await page.waitForFunction(() => document.activeElement.id === 'answer' && document.activeElement.innerText);
	result('keys: an answer', /172\.19\.64\.0\/19/.test(await page.innerText('#answer')));
	let conflict = null;
	const unseen = [], met = new Set();
	for (let i = 0; i < 400; i++) {
		await page.keyboard.press('Tab');
		const f = await focused(page);
		if (f.name === 'BODY')
			break;
		if (!f.seen)
			unseen.push(f.name + ' ' + f.text.slice(0, 40));
		met.add(await page.evaluate(() => (document.activeElement.closest('section') || {}).id));
		if (!conflict && f.href.startsWith('#q=10.17.0.0%2F18'))
			conflict = f;
	}
	result('keys: all parts are reached', ['look', 'worlds', 'history', 'sources'].every((id) => met.has(id)), [...met].join());
	result('keys: the focus is always seen', unseen.length === 0, unseen.join('\n'));
	await page.focus('#compare a[href="#q=10.17.0.0%2F18"]');
	await page.keyboard.press('Enter');
	await page.waitForFunction(() => document.activeElement.id === 'answer' && /10\.17\.0\.0\/18/.test(document.activeElement.innerText));
	result('keys: a conflict opens its story', conflict !== null);
	await page.evaluate(() => document.querySelector('nav a[href="#worlds"]').focus());
	await page.keyboard.press('Enter');
	result('keys: the parts of the page are links', await page.evaluate(() => Math.abs(document.getElementById('worlds').getBoundingClientRect().top) < innerHeight));
	const text = () => page.innerText('#server-list');
	const before = await text(), past = await page.innerText('#past');
	execFileSync(CAIRN, ['demo', '-q', '--world', 'all.world', '--at', LATER, 'world']);
	fs.rmSync('world/ledger', { recursive: true });
	fs.cpSync('ledger.first', 'world/ledger', { recursive: true });
	process.kill(Number(SERVER), 'SIGUSR1');
	const came = await page.waitForFunction((t) => document.getElementById('server-list').innerText !== t, before, { timeout: 60000 }).then(() => true, () => false);
	result('live: a new view comes by itself', came, before);
	const told = await page.waitForFunction((t) => document.getElementById('past').innerText !== t && /appeared/.test(document.getElementById('past').innerText), past, { timeout: 20000 }).then(() => true, () => false);
	result('live: and what it changed', told, past);
	result('keys: no complaint', complaints.length === 0, complaints.join('\n'));
	await page.close();
}

// What it weighs, and what it may do.
async function weight(context) {
	const page = await context.newPage();
	let bytes = 0;
	for (const path of ['/', '/page.css', '/page.js']) {
		const r = await page.request.get(BASE + path);
		bytes += (await r.body()).length;
		const policy = r.headers()['content-security-policy'] || '';
		result('policy of ' + path, /default-src 'none'/.test(policy) && !/unsafe/.test(policy), policy);
	}
	result('less than 100 kB', bytes > 1000 && bytes < 100000, bytes);
	await page.close();
}

(async () => {
	const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
	const of = (options) => browser.newContext(options);
	await people(await of({ viewport: { width: 1280, height: 900 } }), 'wide');
	await people(await of({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }), 'narrow');
	await people(await of({ viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }), 'dark');
	await people(await of({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' }), 'narrow-dark');
	await weight(await of({}));
	await enemy(await of({}));
	await hostile(await of({}));
	await keys(await of({}));
	await browser.close();
	console.log('1..' + n);
	process.exit(failed ? 1 : 0);
})().catch((e) => { console.log('Bail out! ' + e); process.exit(1); });
