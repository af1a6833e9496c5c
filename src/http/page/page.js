// The page of Cairn: asks the same paths that programs ask, draws the answers.
// Text from the network becomes text nodes only, never markup.
'use strict';

const $ = (id) => document.getElementById(id);
const SVG = 'http://www.w3.org/2000/svg';

// An element: el('li', {class: 'end'}, child or text, ...)
function el(name, attributes, ...children) {
	const e = document.createElement(name);
	for (const [key, value] of Object.entries(attributes || {}))
		if (value !== undefined && value !== null)
			e.setAttribute(key, value);
	e.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== ''));
	return e;
}

function shape(name, attributes, ...children) {
	const e = document.createElementNS(SVG, name);
	for (const [key, value] of Object.entries(attributes || {}))
		e.setAttribute(key, value);
	e.append(...children);
	return e;
}

const mono = (text) => el('span', { class: 'mono' }, String(text));
const badge = (text, kind) => el('span', { class: 'badge ' + (kind || '') }, text);
const fill = (e, ...children) => e.replaceChildren(...children.flat().filter((c) => c));
const number = (n) => Number(n || 0).toLocaleString('en');

async function ask(path) {
	const response = await fetch(path, { headers: { Accept: 'application/json' } });
	const body = await response.json().catch(() => ({}));
	if (!response.ok && !('status' in body))
		throw new Error(body.error || 'the server answers ' + response.status);
	return body;
}

function ago(time) {
	const s = Math.max(0, Math.round((Date.now() - Date.parse(time)) / 1000));
	const unit = s < 120 ? [1, 'second'] : s < 7200 ? [60, 'minute'] :
		s < 172800 ? [3600, 'hour'] : [86400, 'day'];
	const n = Math.floor(s / unit[0]);
	return n + ' ' + unit[1] + (n === 1 ? '' : 's') + ' ago';
}

function when(label, time) {
	// What never ends is said to end in 9999.
	return time && !time.startsWith('9999') ? el('span', { class: 'dim', title: time }, ' ' + label + ' ' + clock(time)) : null;
}

function table(target, caption, heads, rows) {
	fill(target, el('caption', { class: 'dim' }, caption),
		el('thead', {}, el('tr', {}, heads.map((h) => el('th', { scope: 'col', class: h.n ? 'n' : null }, h.text)))),
		el('tbody', {}, rows.map((cells) => el('tr', {}, cells.map((c, i) => el('td', { class: heads[i].n ? 'n' : null, 'data-label': heads[i].text || null }, c))))));
	// Drawn as cards on a narrow screen, it is a table all the same.
	target.setAttribute('role', 'table');
	for (const [selector, role] of [['thead, tbody', 'rowgroup'], ['tr', 'row'], ['th', 'columnheader'], ['td', 'cell']])
		for (const e of target.querySelectorAll(selector))
			e.setAttribute('role', role);
}

// A table that scrolls by itself, with keys too.
function region(name, t, tall) {
	return el('div', { class: 'scroll' + (tall ? ' tall' : ''), tabindex: 0, role: 'region', 'aria-label': name }, t);
}

const clock = (time) => time.replace('T', ' ').replace('Z', ' UTC');

// Words first; the id is what documentation and metrics call it.
function why(x) {
	const words = [x.because, x.text].filter((t) => t).join(': ');
	return el('div', {}, words || x.reason || x.cause || '',
		x.detail ? el('div', { class: 'mono dim wrap' }, x.detail) : null,
		x.reason || x.clause ? el('div', { class: 'dim small' }, [x.reason, x.clause].filter((t) => t).join(', ')) : null);
}

// ---- health -------------------------------------------------------------

async function showHealth() {
	const h = await ask('/health');
	const kind = { ready: 'good', degraded: 'warn', stale: 'bad', starting: 'warn' }[h.status];
	const state = $('state');
	state.className = 'badge ' + kind;
	state.textContent = h.status;
	fill($('age'), h.made ? 'view made ' + ago(h.made) : 'the first validation is under way',
		...(h.causes || []).map((c) => el('span', {}, '; ', mono(c.source), ': ' + (c.text || 'held back') + (c.detail ? ' (' + c.detail + ')' : ''))));
}

function spark(name, points) {
	const max = Math.max(1, ...points), min = Math.min(...points);
	const y = (v) => max === min ? 12 : 22 - 20 * (v - min) / (max - min);
	const line = points.map((v, i) => (points.length < 2 ? 0 : 100 * i / (points.length - 1)).toFixed(1) + ',' + y(v).toFixed(1));
	return el('dd', { class: 'trend' }, shape('svg', { viewBox: '0 0 100 24', width: 160, height: 24, preserveAspectRatio: 'none', role: 'img',
		'aria-label': name + ': ' + points[0] + ' to ' + points[points.length - 1] },
	shape('polyline', { class: 'spark', points: line.join(' '), 'vector-effect': 'non-scaling-stroke' })),
	number(points[points.length - 1]));
}

function showDay(day) {
	if (!day || day.length < 2)
		return fill($('day'));
	fill($('day'), el('dl', {},
		[['payloads', 'Payloads'], ['left', 'Left out'], ['findings', 'Refused'], ['rtr', 'RTR clients']].map(([key, name]) =>
			[el('dt', {}, name), spark(name, day.map((d) => d[key] || 0))])));
}

function witness(w) {
	return el('li', {}, mono(w.name), w.cosigned ? el('span', { class: 'dim', title: w.cosigned }, ' cosigned ' + ago(w.cosigned)) :
		[' ', badge('has not cosigned this', 'warn')]);
}

function showSources(status) {
	table($('source-table'), 'Trust anchors and ledgers',
		[{ text: 'Source' }, { text: 'State' }, { text: 'Payloads', n: true }, { text: '' }],
		(status.sources || []).map((s) => [mono(s.name),
			badge(s.held_until ? 'held' : s.state, s.held_until ? 'warn' : s.state === 'ok' ? 'good' : 'bad'),
			number(s.payloads),
			[s.kind === 'ledger' ? 'ledger of ' + number(s.size) + ' entries' : s.kind.replace('-', ' '),
				s.held_until ? when('held until', s.held_until) : null,
				(s.witnesses || []).length ? el('ul', { class: 'plain' }, s.witnesses.map(witness)) : null,
				s.reason || s.detail ? why(s) : null,
				s.evidence ? [' evidence: ', mono(s.evidence)] : null].flat()]));
	table($('repository-table'), 'Repositories',
		[{ text: 'Repository' }, { text: 'State' }, { text: 'Files', n: true }, { text: 'Fetched' }],
		(status.repositories || []).slice(0, 500).map((r) => [mono(r.uri),
			badge(r.state, r.reason ? 'bad' : 'good'), number(r.files),
			[r.fetched ? ago(r.fetched) : 'never', r.reason || r.detail ? why(r) : null]]));
}

async function showStatus() {
	const s = await ask('/api/v1/status');
	showSources(s);
	showDay(s.day);
	const pairs = [['Version', s.version], ['Serial', s.serial], ['RTR clients', number(s.rtr.clients)],
		['RTR bytes sent', number(s.rtr.sent_bytes)], ['HTTP clients', number(s.http.clients)], ['Running since', s.started]];
	table($('router-table'), 'Routers',
		[{ text: 'Router' }, { text: 'Version' }, { text: 'Serial', n: true }, { text: 'Resets', n: true },
			{ text: 'Heard' }, { text: 'Bytes sent', n: true }],
		(s.rtr.routers || []).map((r) => [[mono(r.address), r.tls ? ' TLS' : null], r.version === undefined ? '-' : String(r.version),
			r.serial === undefined ? '-' : badge(String(r.serial), r.serial === s.serial ? 'good' : 'bad'),
			number(r.resets), ago(r.heard), number(r.sent_bytes)]));
	fill($('server-list'), pairs.flatMap(([k, v]) => [el('dt', {}, k), el('dd', {}, String(v === undefined ? '-' : v))]));
}

// ---- why ----------------------------------------------------------------

const vrp = (v) => mono(v.prefix + (String(v.max_length) === v.prefix.split('/')[1] ? '' : '-' + v.max_length) + ' ' + v.asn);

function chain(o) {
	const items = [el('li', { class: o.chain ? null : 'end' }, mono(o.object || 'local assertion'),
		el('div', {}, when('valid until', o.not_after), when('fetched', o.fetched_at)),
		o.entry !== undefined ? el('div', { class: 'dim' }, 'entry ' + o.entry + ', ' + o.level + ', holder ',
			mono(o.holder_name || o.holder.slice(0, 16)), o.region ? ' (' + o.region + ')' : '',
			o.endorsers ? ', endorsed by ' + o.endorsers.length : '') : null)];
	(o.chain || []).forEach((l, i, all) => items.push(el('li', { class: i === all.length - 1 ? 'end' : null }, mono(l.certificate),
		l.gives ? el('div', {}, 'gives ', mono(l.gives)) : null, when('valid until', l.not_after))));
	return el('div', {}, el('div', {}, el('strong', {}, o.source), ' ', el('span', { class: 'dim' }, o.kind.replace('-', ' ')),
		when('expires', o.expires)), el('ol', { class: 'chain' }, items));
}

function card(v, kind, ...more) {
	return el('div', { class: 'card ' + kind }, el('div', {}, vrp(v), ' ', ...more), (v.origins || []).map(chain));
}

const matchText = { yes: 'allows it', as: 'is for another AS', length: 'does not allow prefixes this long' };

function list(title, items) {
	return items && items.length ? [el('h3', {}, title), ...items] : [];
}

function showWhy(w) {
	const kind = { valid: 'good', invalid: 'bad' }[w.state] || '';
	return [
		el('p', {}, mono(w.prefix + (w.asn ? ' ' + w.asn : '')), ' is ', badge(w.state, kind),
			w.state_if_nothing_left_out !== w.state ? ' (it would be ' + w.state_if_nothing_left_out + ' if policy left nothing out)' : ''),
		...list('Because of', (w.covering || []).map((v) => card(v, v.matches === 'yes' ? 'is-valid' : w.asn ? 'is-invalid' : '', v.asn === 'AS0' ? 'is for no AS' : w.asn ? matchText[v.matches] || v.matches : null))),
		...list('Left out by policy', (w.left_out || []).map((v) => card(v, '', badge('left out', 'two'), ' ' + (v.text || v.cause),
			v.rule ? ', rule ' + v.rule : '', v.why ? ' “' + v.why + '”' : '', v.displaced_by ? [' gives way to ', mono(v.displaced_by)] : null))),
		...list('Who holds it', [
			...(w.authorities || []).map((a) => el('p', {}, el('strong', {}, a.trust_anchor), ': ', mono(a.certificate), a.range ? [' has ', mono(a.range)] : '', a.in_force ? '' : [' ', badge('not in force', 'bad')])),
			...(w.claims || []).map((c) => el('p', {}, el('strong', {}, c.ledger), ': ', mono(c.holder_name || c.holder.slice(0, 16)), ' has ', mono(c.range), ', ' + c.level,
				c.contested_by ? [' ', badge('contested', 'warn')] : '', c.young ? [' ', badge('young', 'warn')] : '', c.evidence_withdrawn ? [' ', badge('evidence withdrawn', 'bad')] : ''))]),
		...list('Refused nearby', (w.refused || []).slice(0, 50).map((f) => el('div', { class: 'card is-invalid' }, mono(f.object || f.point || f.trust_anchor || ''), why(f)))),
		...list('What would change the answer', w.would_change && w.would_change.length ? [el('ul', { class: 'plain' }, w.would_change.map((t) => el('li', {}, t)))] : []),
	];
}

const link = (q, text) => el('a', { href: '#q=' + encodeURIComponent(q) }, text);

function showList(a) {
	const t = el('table', {});
	const rows = (a.payloads || []).map((p) => [p.prefix ? link(p.prefix + ' ' + p.asn, vrp(p)) : mono(p.text), p.source, p.left ? [badge('left out', 'two'), ' ', p.left] : badge('heard', 'good')]);
	table(t, number(a.total) + ' payloads' + (a.total > rows.length ? ', the first ' + rows.length + ' of them' : ''), [{ text: 'Payload' }, { text: 'Source' }, { text: 'State' }], rows);
	const holds = el('table', {});
	table(holds, 'Holds in ledgers', [{ text: 'Resource' }, { text: 'Ledger' }, { text: 'Holder' }, { text: 'State' }], (a.holdings || []).map((h) =>
		[mono(h.resource), h.ledger, mono(h.name || h.holder.slice(0, 16)), [h.level, h.contested ? [' ', badge('contested', 'warn')] : '', h.young ? [' ', badge('young', 'warn')] : ''].flat()]));
	return [el('p', {}, mono(a.query), ' is ' + { asn: 'an AS number', holder: 'a holder', none: 'nobody we know of' }[a.kind]),
		rows.length ? region('Payloads', t) : null, (a.holdings || []).length ? region('Holdings', holds) : null];
}

// ---- what changed -------------------------------------------------------

const changeKinds = [
	[(c) => c.left_out && c.change === 'removed', 'no longer left out', 'one'],
	[(c) => c.left_out, 'left out', 'two'],
	[(c) => c.change === 'replaced', 'said anew', ''],
	[(c) => c.change === 'added', (c) => c.heard ? 'appeared' : 'also said', 'good'],
	[() => true, (c) => c.heard ? 'vanished' : 'said by one less', 'bad'],
];

function changeRow(c) {
	const [, text, kind] = changeKinds.find(([is]) => is(c));
	const what = c.prefix ? link(c.prefix + ' ' + c.asn, vrp(c)) : mono(c.customer ? 'ASPA of ' + c.customer + ': ' + c.providers.join(' ') : 'router key of ' + c.router);
	return [el('time', { datetime: c.time }, clock(c.time)), badge(typeof text === 'string' ? text : text(c), c.heard || c.left_out ? kind : ''), what,
		[c.source, el('div', { class: 'mono dim wrap' }, c.object)], why(c)];
}

// A table of changes, and a button for those before as long as there are any.
async function past(query, limit) {
	const box = el('div', {}), rows = [];
	async function more(before) {
		const a = await ask('/api/v1/history?' + new URLSearchParams({ ...query, limit: limit || 50, ...(before ? { before } : {}) }));
		const t = el('table', {});
		rows.push(...a.changes.map(changeRow));
		if (a.cut)
			rows.push(['', '', 'and ' + number(a.cut) + ' more at once', '', '']);
		if (rows.length)
			table(t, 'Since ' + clock(a.from), [{ text: 'When' }, { text: 'What' }, { text: 'Payload' }, { text: 'Source' }, { text: 'Because' }], rows);
		const button = a.more ? el('button', { type: 'button', class: 'quiet' }, 'Earlier') : null;
		fill(box, rows.length ? region('Changes', t, rows.length > 12) : el('p', { class: 'note' }, 'Nothing changed since ' + clock(a.from) + '.'), button);
		if (button)
			button.addEventListener('click', () => more(a.from).catch((e) => button.replaceWith(e.message)));
	}
	await more(null);
	return box;
}

async function showPast() {
	fill($('past'), await past({ heard: 1 }));
}

async function look(q, focus) {
	const answer = $('answer');
	if (!q) return fill(answer);
	try {
		const a = await ask('/api/v1/lookup?q=' + encodeURIComponent(q));
		const w = a.kind === 'prefix' ? a.why[0] : null;
		fill(answer, w ? showWhy(w) : showList(a));
		// Where the question is about a holder, its entries tell.
		if (w || a.kind === 'asn')
			answer.append(el('h3', {}, 'What changed here'), await past(w ? { prefix: w.prefix, ...(w.asn ? { asn: w.asn } : {}) } : { asn: a.query }));
	} catch (error) {
		fill(answer, el('p', { class: 'card is-invalid' }, error.message));
	}
	if (focus) answer.focus();
}

function fromHash(focus) {
	const hash = location.hash;
	if (!hash.startsWith('#q=')) return;
	const q = decodeURIComponent(hash.slice(3));
	$('q').value = q;
	look(q, focus);
}

$('form').addEventListener('submit', (event) => {
	event.preventDefault();
	const next = '#q=' + encodeURIComponent($('q').value.trim());
	if (location.hash === next) fromHash(true);
	else location.hash = next;
});
addEventListener('hashchange', () => fromHash(true));
addEventListener('keydown', (event) => {
	if (event.key === '/' && document.activeElement !== $('q')) {
		event.preventDefault();
		$('q').focus();
	}
});

// ---- two worlds ---------------------------------------------------------

const classes = [['conflict', 'Conflict'], ['claimed', 'Contested or immature claim'], ['legacy', 'RPKI only'], ['ledger', 'Ledger only'], ['agree', 'Agree']];

const classBadge = { agree: ['agree', 'good'], conflict: ['conflict', 'bad'], claimed: ['claimed', 'warn'], ledger: ['ledger only', 'two'], legacy: ['RPKI only', 'one'] };

// Where an IPv4 prefix begins and ends, in /8s.
function span4(prefix) {
	const [addr, len] = prefix.split('/');
	const [a, b, c, d] = addr.split('.').map(Number);
	const at = a + b / 256 + c / 65536 + d / 16777216;
	return [at, at + 256 / 2 ** Number(len)];
}

// The blocks that are spoken of, side by side: /16s while there are few.
function blocksOf(v4) {
	for (const scale of [256, 1]) {
		const all = new Set(v4.map((e) => Math.floor(scale * span4(e.prefix)[0])));
		if (scale === 1 || all.size <= 64)
			return { scale, blocks: [...all].sort((x, y) => x - y) };
	}
}

function drawMap(entries) {
	const v4 = entries.filter((e) => e.prefix && !e.prefix.includes(':'));
	const { scale, blocks } = blocksOf(v4);
	if (!blocks.length) return null;
	const width = 940 / blocks.length;
	const name = (b) => scale === 1 ? b + '/8' : Math.floor(b / 256) + '.' + b % 256;
	// Between two blocks there is nothing: the place is that of the next.
	const x = (at) => {
		const b = Math.floor(scale * at), i = blocks.findIndex((v) => v >= b);
		return 50 + width * (i < 0 ? blocks.length : i + (blocks[i] === b ? scale * at - b : 0));
	};
	const rows = { legacy: 14, ledger: 50 };
	const svg = shape('svg', { class: 'map', viewBox: '0 0 1000 110', role: 'img', 'aria-label': 'Address space that the RPKI and the ledgers speak of, by how they agree; the table below says the same' });
	svg.append(shape('text', { x: 0, y: 28 }, 'RPKI'), shape('text', { x: 0, y: 64 }, 'ledger'));
	for (const e of v4) {
		const [from, to] = span4(e.prefix);
		for (const side of ['legacy', 'ledger'])
			if ((e[side] || []).length || e.class === side)
				svg.append(shape('rect', { class: e.class, x: x(from).toFixed(2), y: rows[side], width: Math.max(2, x(to) - x(from)).toFixed(2), height: 30 },
					shape('title', {}, e.prefix + ': ' + e.class)));
	}
	const every = Math.ceil(blocks.length / 14);
	blocks.forEach((b, i) => i % every === 0 && svg.append(shape('text', { x: 50 + width * i, y: 98 }, name(b))));
	return svg;
}

function drawKey(totals) {
	return el('ul', { class: 'key' }, classes.map(([id, name]) => el('li', {}, shape('svg', { viewBox: '0 0 10 10', 'aria-hidden': 'true' }, shape('rect', { class: id, width: 10, height: 10 })), name + ': ' + number(totals[id]))));
}

async function showCompare() {
	const c = await ask('/api/v1/compare');
	const order = classes.map(([id]) => id);
	// Two that contradict each other are told once for each side.
	const entries = [...new Map((c.entries || []).map((e) => [[e.class, e.legacy, e.ledger].join(), e])).values()].sort((a, b) => order.indexOf(a.class) - order.indexOf(b.class));
	const totals = c.totals || {};
	const t = el('table', {});
	const said = (all) => (all || []).map((v) => el('div', {}, mono(v)));
	table(t, 'Prefixes, conflicts first', [{ text: 'Prefix' }, { text: '' }, { text: 'RPKI' }, { text: 'Ledger' }, { text: 'Because' }],
		entries.slice(0, 200).map((e) => [link(e.prefix, mono(e.prefix)), badge(...classBadge[e.class]),
			said(e.legacy), said(e.ledger), e.cause ? why(e) : '']));
	fill($('compare'), drawKey(totals), region('Map', drawMap(entries)), region('Comparison', t, true));
}

// ---- live ---------------------------------------------------------------

const show = (f) => f().catch((error) => { $('age').textContent = error.message; });

function refresh() {
	show(showHealth);
	show(showStatus);
	showCompare().catch(() => fill($('compare'), el('p', { class: 'note' }, 'Nothing to compare yet.')));
	showPast().catch(() => fill($('past'), el('p', { class: 'note' }, 'No history yet.')));
	if ($('q').value) look($('q').value.trim(), false);
}

fromHash(false);
const events = new EventSource('/api/v1/events');
let told = null;
events.addEventListener('view', (event) => { if (event.data !== told) { told = event.data; refresh(); } });
events.onerror = () => { $('state').className = 'badge bad'; $('state').textContent = 'no connection'; };
setInterval(() => show(showHealth), 30000);
