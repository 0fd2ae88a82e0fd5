// The page's own arithmetic, without a browser.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { runnerImport } from 'vite';

const source = async (path) => (await runnerImport(new URL(`../src/${path}`, import.meta.url).pathname)).module;

test('changes have a sign, and lists an and', async () => {
  const { change, list } = await source('text.ts');
  assert.deepEqual([0.214, -1.3].map((value) => change(value)), ['+0.21', '−1.30']);
  assert.equal(list(['a', 'b', 'c']), 'a, b and c');
});

test('a label has the digits that tell its values apart', async () => {
  const { change, digitsOf, fixed, plain } = await source('text.ts');
  const { digitsOfScale } = await source('recommend/scale.ts');
  assert.deepEqual([4, 1, 0.001, 0.0004, 1000, 0].map(digitsOf), [2, 2, 5, 6, 0, 2]);
  assert.equal(digitsOfScale({ least: 1, most: 5 }), 2);
  assert.equal(digitsOfScale({ least: 0.0003, most: 0.0003 }), 6);
  assert.deepEqual([fixed(0.00035, 5), fixed(-0.00035, 5), fixed(4.126, 2), fixed(12_345.6, 0)], ['0.00035', '−0.00035', '4.13', '12,346']);
  assert.deepEqual([fixed(-0.001, 2), fixed(3e-20, 22), fixed(NaN, 2)], ['0.00', '3.00e-20', '–']);
  assert.deepEqual([change(0.00021, 5), change(-0.00021, 5)], ['+0.00021', '−0.00021']);
  assert.deepEqual([plain(0.00035), plain(2000), plain(-0.5)], ['0.00035', '2000', '−0.5']);
});

test('a column has a name for people', async () => {
  const { titleOf } = await source('text.ts');
  const names = ['userId', 'movie_id', 'user_ID', 'age_group', 'releaseYear', 'id', 'IMDB', 'genres', 'c0', 'paid'];
  assert.deepEqual(names.map(titleOf), ['User', 'Movie', 'User', 'Age group', 'Release year', 'Id', 'IMDB', 'Genres', 'C0', 'Paid']);
});

test('a measured value has the digits that its interval leaves, else three', async () => {
  const { digitsOfMeasured } = await source('text.ts');
  assert.equal(digitsOfMeasured(0.142, { low: 0.1272, high: 0.1572 }), 3);
  assert.equal(digitsOfMeasured(0.7046, { low: 0.6953, high: 0.7138 }), 3);
  assert.equal(digitsOfMeasured(0.9035, { low: 0.9021, high: 0.9049 }), 4);
  assert.equal(digitsOfMeasured(1, { low: 1, high: 1 }), 2);
  assert.equal(digitsOfMeasured(54.71, { low: 52.88, high: 56.6 }), 1);
  assert.equal(digitsOfMeasured(1234, { low: 1190, high: 1280 }), 0);
  assert.equal(digitsOfMeasured(0.1499), 3);
  assert.equal(digitsOfMeasured(0.1499, { low: null, high: null }), 3);
  assert.equal(digitsOfMeasured(0), 3);
});

test('of many figures the main ones are those of one k', async () => {
  const { mainFigures } = await source('model/figures.ts');
  const few = ['rmse', 'mae'];
  assert.deepEqual(mainFigures(few), few);
  const many = ['loss', 'top_1', 'top_5', 'unseen_top_5', 'top_100', 'mrr', 'mean_rank', 'ndcg@5', 'learning_rate'];
  assert.deepEqual(mainFigures(many), ['loss', 'top_5', 'unseen_top_5', 'mrr', 'ndcg@5']);
});

test('a picture is loaded by https or from the page’s own server', async () => {
  const { safeAddress } = await source('picture.tsx');
  const of = (address) => safeAddress(address, 'http://films.example/similar?item=1');
  assert.equal(of('https://example.org/a.jpg'), 'https://example.org/a.jpg');
  assert.equal(of('/posters/a.jpg'), 'http://films.example/posters/a.jpg');
  assert.equal(of('posters/a b.jpg'), 'http://films.example/posters/a%20b.jpg');
  for (const address of ['http://example.org/a.jpg', '//example.org/a.jpg', 'javascript:alert(1)', 'data:image/png;base64,a', 'blob:http://films.example/a', 'ftp://films.example/a', 'http://', ' ', ''])
    assert.equal(of(address), undefined, address);
  assert.equal(safeAddress('//example.org/a.jpg', 'https://films.example/'), 'https://example.org/a.jpg');
});

test('columns that would have the same name keep more of their own', async () => {
  const { titlesOf } = await source('text.ts');
  const of = (...columns) => [...titlesOf(columns).values()];
  assert.deepEqual(of('movie', 'movie_id', 'userId'), ['Movie', 'Movie id', 'User']);
  assert.deepEqual(of('movieId', 'movie_id'), ['movieId', 'movie_id']);
  assert.deepEqual(of('age_group', 'age group', 'age'), ['age_group', 'age group', 'Age']);
  assert.deepEqual(of('genre', 'genre'), ['Genre']);
});

test('the command of a request survives a shell, and never shows the key', async () => {
  const { curlOf } = await source('recommend/curl.tsx');
  const request = { query: { title: "Dean's" }, filter: [], k: 10, retrieve: 0, explain: false };
  const command = curlOf('http://h/v1/recommend', request, true);
  const words = execFileSync('sh', ['-c', command.replace('curl', "printf '%s\\n'")], { env: { SHORTLIST_KEY: 'k' }, encoding: 'utf8' }).trim().split('\n');
  assert.deepEqual(words, ['-s', 'http://h/v1/recommend', '-H', 'Authorization: Bearer k', '-H', 'Content-Type: application/json', '-d', `{"query":{"title":"Dean's"},"k":10}`]);
  assert.ok(!curlOf('http://h/v1/recommend', request, false).includes('Authorization'));
});

test('the map explains the colours that items have', async () => {
  const { colouringOf } = await source('model/map_colouring.ts');
  const item = (year) => ({ id: 'a', x: 0, y: 0, attributes: { year } });
  const { of, legend } = colouringOf([item(2000), item(2020)], { column: 'year', input: 'number', least: 1980, most: 2020 }, '');
  assert.deepEqual(legend.map(({ name }) => name), ['1996 to 2004', '2012 to 2020']);
  assert.deepEqual(of, [0, 1]);
});

test('a long text is cut between letters', async () => {
  const { shortened } = await source('text.ts');
  assert.equal(shortened('short', 5), 'short');
  assert.equal(shortened('longer', 5), 'long…');
  assert.equal(shortened('😀'.repeat(200), 5), '😀😀😀😀…');
});

test('a search sends no more than a header holds', async () => {
  const { searchText } = await source('api.ts');
  assert.equal(searchText('winter'), 'winter');
  for (const text of ['x'.repeat(10_000), 'ספר '.repeat(2500), '😀'.repeat(5000)]) {
    const sent = searchText(text);
    assert.ok(text.startsWith(sent) && sent.length >= 300);
    assert.ok(encodeURIComponent(sent).length <= 3600);
  }
});

test('of many features the user comes first, then what is used most', async () => {
  const { grouped } = await source('recommend/field_order.ts');
  const fields = (n) => Array.from({ length: n }, (_, i) => ({ column: `c${i}`, input: 'one' }));
  assert.deepEqual(grouped(fields(8), 'c7', { c5: 9 }), { first: ['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7'], rest: [] });
  assert.deepEqual(grouped(fields(10), 'c9', { c8: 2, c1: 1 }), {
    first: ['c9', 'c8', 'c1', 'c0', 'c2', 'c3', 'c4', 'c5'],
    rest: ['c6', 'c7'],
  });
  assert.deepEqual(grouped(fields(9), undefined, { c8: 'x' }).rest, ['c8']);
  // A history is as near as the user.
  const history = [...fields(9), { column: 'taken', input: 'several', kind: 'history' }];
  assert.deepEqual(grouped(history, 'c8', { c5: 1 }).first.slice(0, 3), ['c8', 'taken', 'c5']);
});

test('a bar stands on the range of the label, else on round ends', async () => {
  const { scaleOf, shareOf, shownScale } = await source('recommend/scale.ts');
  assert.deepEqual(scaleOf({ label: 'rating', least: 1, most: 10 }, [3]), { least: 1, most: 10 });
  assert.deepEqual(scaleOf({ label: 'rating' }, [3.4, 4.1]), { least: 0, most: 5 });
  assert.deepEqual(scaleOf({ label: 'rating' }, [-0.3, 71]), { least: -0.5, most: 100 });
  assert.deepEqual(shownScale({ label: 'rating', least: 1, most: 10 }, [8.12, 8.61]), { least: 8, most: 9 });
  assert.deepEqual(shownScale({ label: 'rating', least: 1, most: 5 }, [2.19, 3.98]), { least: 2, most: 4 });
  assert.deepEqual(shownScale({ label: 'rating', least: 1, most: 5 }, [2, 4.9]), { least: 1, most: 5 });
  assert.deepEqual(shownScale({ label: 'rating', least: 1, most: 5 }, [3]), { least: 1, most: 5 });
  assert.equal(shareOf(5.5, { least: 1, most: 10 }), 0.5);
  assert.equal(shareOf(12, { least: 1, most: 10 }), 1);
});

test('a slider has a hundred steps or more, whole ones between whole ends', async () => {
  const { stepOf } = await source('controls/step.ts');
  assert.equal(stepOf(1980, 2023), 1);
  assert.equal(stepOf(0, 100_000), 1000);
  assert.equal(stepOf(0, 0.7), 0.005);
});

const features = {
  query: [
    { column: 'genres', input: 'several' },
    { column: 'year', input: 'number' },
    { column: 'taste', input: 'vector' },
  ],
  attributes: [
    { column: 'genres', input: 'several' },
    { column: 'year', input: 'number' },
  ],
  max_k: 1000,
  max_retrieve: 10_000,
};

test('an address is a choice, and a choice a request', async () => {
  const { readChoice, writeChoice, requestOf } = await source('recommend/choice.ts');
  const address = 'model=m&q.genres=Drama&q.genres=Music&q.year=2000&q.taste=1+-0.5&only.genres=War&only.year=&only.year=1999&k=20&why=A+film';
  const choice = readChoice(new URLSearchParams(address), features);
  assert.equal(writeChoice(choice, new URLSearchParams(address), features).toString(), address);
  assert.deepEqual(requestOf(choice, features), {
    query: { genres: ['Drama', 'Music'], year: 2000, taste: [1, -0.5] },
    filter: [
      { attribute: 'genres', comparison: '=', value: ['War'] },
      { attribute: 'year', comparison: '<=', value: '1999' },
    ],
    k: 20,
    retrieve: 0,
    explain: true,
  });
  assert.equal(readChoice(new URLSearchParams('k=7'), features).k, 10);
});

test('a value that the address repeats counts once, equal bounds stay two', async () => {
  const { readChoice } = await source('recommend/choice.ts');
  const address = 'q.genres=War&q.genres=War&only.genres=War&only.genres=War&only.year=1999&only.year=1999';
  const choice = readChoice(new URLSearchParams(address), features);
  assert.deepEqual(choice.query.get('genres'), ['War']);
  assert.deepEqual(choice.only.get('genres'), ['War']);
  assert.deepEqual(choice.only.get('year'), ['1999', '1999']);
});

test('a choice stays within what the server allows', async () => {
  const { readChoice, writeChoice, shownOf, retrievedOf } = await source('recommend/choice.ts');
  const strict = { ...features, max_k: 3, max_retrieve: 15 };
  assert.deepEqual(shownOf(strict), [3]);
  assert.deepEqual(shownOf({ ...features, max_k: 30 }), [10, 20, 30]);
  assert.deepEqual(retrievedOf(strict), [0, 10, 15]);
  const choice = readChoice(new URLSearchParams('k=20&retrieve=1000'), strict);
  assert.deepEqual([choice.k, choice.retrieve], [3, 0]);
  assert.equal(writeChoice(choice, new URLSearchParams(), strict).toString(), '');
});

test('the map keeps what lies under the pointer when it zooms', async () => {
  const { frameOf, toMap, toScreen, zoomAt, pan, nearest } = await source('model/map_view.ts');
  const points = [
    { x: 0, y: 0 },
    { x: 4, y: 2 },
  ];
  const frame = frameOf(points, 456, 256); // 28 pixels of margin: 100 pixels a unit
  const whole = { ...frame.centre, zoom: 1 };
  assert.deepEqual(points.map((p) => toScreen(p, whole, frame)), [{ x: 28, y: 228 }, { x: 428, y: 28 }]);
  const at = { x: 100, y: 50 };
  const closer = zoomAt(whole, 3, at, frame);
  assert.equal(closer.zoom, 3);
  const [before, after] = [toMap(at, whole, frame), toMap(at, closer, frame)];
  assert.ok(Math.abs(before.x - after.x) < 1e-9 && Math.abs(before.y - after.y) < 1e-9);
  assert.equal(zoomAt(whole, 0.1, at, frame).zoom, 1);
  assert.equal(toScreen(points[0], pan(whole, 30, -20, frame), frame).x, 58);
  assert.equal(nearest(points, { x: 420, y: 30 }, 14, whole, frame), 1);
  assert.equal(nearest(points, { x: 300, y: 30 }, 14, whole, frame), -1);
});

test('a map of one point, or of none that differ, has a frame', async () => {
  const { frameOf } = await source('model/map_view.ts');
  assert.equal(frameOf([{ x: 2, y: 3 }], 400, 300).unit, 1);
});

test('TOML is cut into pieces that join to what it was', async () => {
  const { tomlPieces } = await source('model/toml.ts');
  const toml = '[data] # rows\ntable = "a \\"b\\".csv"\nsplit = { train = 0.8, seed = 4_2 }\nlayers = [{ dense = 16 }]\n';
  const pieces = tomlPieces(toml);
  assert.equal(pieces.map((p) => p.text).join(''), toml);
  const of = (kind) => pieces.filter((p) => p.kind === kind).map((p) => p.text);
  assert.deepEqual(of('table'), ['[data]']);
  assert.deepEqual(of('comment'), ['# rows']);
  assert.deepEqual(of('key'), ['table', 'split', 'train', 'seed', 'layers', 'dense']);
  assert.deepEqual(of('text'), ['"a \\"b\\".csv"']);
  assert.deepEqual(of('value'), ['0.8', '4_2', '16']);
});

test('a figure has a meaning and a direction', async () => {
  const { inOrder, meaningOf, lowerIsBetter } = await source('model/figures.ts');
  assert.equal(meaningOf('top_1'), 'the requested item comes first');
  assert.equal(meaningOf('top_50'), 'the requested item is among the first 50');
  assert.equal(meaningOf('keras_top_5'), 'top 5 as Keras counts it, by score');
  assert.equal(meaningOf('unseen_top_1'), 'the requested item comes first, without seen items');
  assert.equal(meaningOf('recall@10'), 'share of a user’s items among the first 10');
  assert.equal(meaningOf('unseen_hit@5'), 'share of users with an item of theirs among the first 5, without seen items');
  const shuffled = ['ndcg@5', 'unseen_top_5', 'mrr', 'top_10', 'rmse', 'unseen_mrr', 'top_5', 'recall@5'];
  const sorted = ['top_5', 'unseen_top_5', 'top_10', 'mrr', 'unseen_mrr', 'recall@5', 'ndcg@5', 'rmse'];
  assert.deepEqual(shuffled.sort(inOrder), sorted);
  assert.deepEqual(['rmse', 'mean_rank', 'log_loss', 'top_5', 'auc'].map(lowerIsBetter), [true, true, true, false, false]);
});

test("an attribute's values are those of a list, or one", async () => {
  const { valuesOf } = await source('text.ts');
  assert.deepEqual(valuesOf(['Drama', 'a, b']), ['Drama', 'a, b']);
  assert.deepEqual([valuesOf('Monsters, Inc.'), valuesOf(1996), valuesOf(0)], [['Monsters, Inc.'], ['1996'], ['0']]);
  assert.deepEqual([valuesOf(null), valuesOf(undefined), valuesOf('')], [[], [], []]);
});
