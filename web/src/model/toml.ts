// Splits TOML into tokens for highlighting. Unknown text is left plain.

export interface Piece {
  kind: 'comment' | 'table' | 'key' | 'text' | 'value' | 'plain';
  text: string;
}

const kPieces: [Piece['kind'], RegExp][] = [
  ['comment', /#.*/y],
  ['table', /^\[\[?[^\]\n]*\]\]?/my],
  ['text', /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y],
  ['key', /[A-Za-z0-9_-]+(?=\s*=)/y],
  ['value', /\b(?:true|false)\b|[+-]?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ['plain', /[A-Za-z]+|\s+|[^]/y],
];

export function tomlPieces(toml: string): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < toml.length; ) {
    for (const [kind, pattern] of kPieces) {
      pattern.lastIndex = at;
      const text = pattern.exec(toml)?.[0];
      if (!text) continue;
      pieces.push({ kind, text });
      at += text.length;
      break;
    }
  }
  return pieces;
}
