-- Makes the notebook's table, clean_data.csv, from the raw tables in the folder {data}.
WITH info AS (
  SELECT anime_ids, name, genre, type, members FROM read_csv('{data}/anime_info.dat', delim = '\t', header = true)
),
ratings AS (
  SELECT row_number() OVER () AS position, *
  FROM read_csv('{data}/anime_ratings.dat', delim = '\t', header = true)
),
complete AS (
  SELECT position, name, genre, type, Feedback, members
  FROM ratings JOIN info ON Anime_ID = anime_ids
  WHERE COLUMNS(*) IS NOT NULL
),
-- The 1,000 names with the most ratings. Twelve names tie at 110 ratings for the last three places; which of them
-- stayed was chance, so they are named here.
frequent AS (
  SELECT name FROM complete GROUP BY name
  ORDER BY count(*) DESC, name IN ('One Piece Movie 3: Chinjuu-jima no Chopper Oukoku',
                                   'One Piece Movie 5: Norowareta Seiken', 'Junketsu no Maria') DESC
  LIMIT 1000
),
kept AS (SELECT * FROM complete SEMI JOIN frequent USING (name)),
-- A title's members at 33 % and 66 % of the rows.
edges AS (SELECT quantile_cont(members, 0.33) AS low, quantile_cont(members, 0.66) AS high FROM kept)
SELECT
  -- As regular expressions, in this order. The notebook has two more, which find nothing after the third.
  regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    name, '&quot;', '', 'g'), '.hack//', '', 'g'), '&#039;', '', 'g'), '&amp;', 'and', 'g') AS name,
  genre,
  type,
  Feedback,
  CASE WHEN members <= low THEN 'Niche' WHEN members <= high THEN 'Universal' ELSE 'Spectacle' END AS Audience
FROM kept, edges
ORDER BY position
