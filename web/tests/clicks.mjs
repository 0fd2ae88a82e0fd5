// A table of clicks with what strains a page: texts from right to left, ids of 10,000 characters, lists that repeat a
// value, many columns, a label of 0 and 1 and one at the scale of 0.001.

export const kHebrew = 'שלום עולם (2001)';
export const kArabic = 'ألف ليلة وليلة!';
export const kLong = `long ${'x'.repeat(9_990)} end`; // no place to break
export const kLongHebrew = 'ספר '.repeat(2_500).trim();
const kItems = [kHebrew, kArabic, kLong, kLongHebrew, ...Array.from({ length: 26 }, (_, i) => `item ${i}`)];

export function clicks(rows) {
  let state = 7;
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const of = (n) => Math.floor(random() * n);
  return Array.from({ length: rows }, () => {
    const item = of(kItems.length);
    const user = of(50);
    const taste = (user + item) % 3 === 0 ? 1 : 0;
    const row = { user: user === 0 ? 'משתמש' : `u${user}`, item: kItems[item], click: taste, rate: (3 + taste + random()) / 10_000 };
    row.tags = ['War', 'War', `דרמה`, item % 2 ? 'Odd' : 'Even'];
    row.maker = item < 4 ? 'יצרן' : `maker ${item % 4}`;
    row.note = taste ? 'good סרט' : 'bad';
    for (let i = 0; i < 9; ++i) row[`c${i}`] = `v${of(4)}`;
    return JSON.stringify(row);
  }).join('\n');
}
