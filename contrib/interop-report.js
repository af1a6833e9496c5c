// What contrib/interop-report does in the browser.
'use strict';
const fs = require('fs');
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const { SHOTS, CHROMIUM, FOLDER } = process.env;

let n = 0, failed = 0;
function result(name, good, why) {
	n++;
	if (!good) failed++;
	console.log((good ? 'ok ' : 'not ok ') + n + ' - ' + name);
	if (!good && why) console.log('# ' + String(why).replace(/\n/g, '\n# '));
}

async function look(browser, file, name, options) {
	const context = await browser.newContext(options);
	const page = await context.newPage();
	const complaints = [], url = 'file://' + FOLDER + '/' + file;
	page.on('console', (m) => complaints.push(m.text()));
	page.on('pageerror', (e) => complaints.push(String(e)));
	page.on('request', (r) => { if (r.url() !== url) complaints.push('asks for ' + r.url()); });
	await page.goto(url);
	await page.screenshot({ path: SHOTS + '/' + name + '.png', fullPage: true });
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	result(name + ': nothing is wider than the screen', wide <= 0, wide + ' pixels');
	const bad = await page.evaluate(async (source) => {
		(0, eval)(source);
		const r = await window.axe.run(document);
		return r.violations.filter((v) => ['serious', 'critical'].includes(v.impact))
			.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((e) => e.target + ' ' + e.failureSummary).join('; ')).join('\n');
	}, axe);
	result(name + ': axe', !bad, bad);
	result(name + ': nothing is asked, nothing complains', complaints.length === 0, complaints.join('\n'));
	const text = await page.innerText('body');
	await context.close();
	return text;
}

(async () => {
	const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
	const wide = { width: 1200, height: 900 }, phone = { width: 360, height: 740 };
	const text = await look(browser, 'worlds.html', 'light', { viewport: wide, colorScheme: 'light' });
	result('the designed conflict', /10\.17\.0\.0\/18/.test(text) && /AS4200000020/.test(text) && /AS4200000025/.test(text), text);
	await look(browser, 'worlds.html', 'dark', { viewport: wide, colorScheme: 'dark' });
	await look(browser, 'worlds.html', 'narrow', { viewport: phone, deviceScaleFactor: 2, isMobile: true, hasTouch: true, colorScheme: 'light' });
	await look(browser, 'worlds.html', 'narrow-dark', { viewport: phone, colorScheme: 'dark' });
	await look(browser, 'same.html', 'same', { viewport: phone, colorScheme: 'light' });
	await browser.close();
	console.log('1..' + n);
	process.exit(failed > 0 ? 1 : 0);
})().catch((e) => { console.log('Bail out! ' + e); process.exit(1); });
