// A table of films that users watched: after film n each watches film n + 1 or n + 2, so that only the history says
// what comes next.

export const kFilms = 40;
const kUsers = 150;
const kDays = 20;

const number = (n) => String(n).padStart(2, '0');
export const idOf = (n) => `f${number(n % kFilms)}`;
export const titleOf = (n) => `Film ${number(n % kFilms)}`;

export function watched(poster = () => '') {
  let state = 11;
  const of = (n) => (state = (state * 48_271) % 2_147_483_647) % n;
  const lines = ['user,film,title,genre,poster,day'];
  for (let user = 0; user < kUsers; ++user) {
    let film = of(kFilms);
    for (let day = 0; day < kDays; ++day) {
      lines.push(`u${user},${idOf(film)},${titleOf(film)},${film % 2 ? 'Odd' : 'Even'},${poster(film % kFilms)},${day}`);
      film += 1 + of(2);
    }
  }
  return `${lines.join('\n')}\n`;
}
