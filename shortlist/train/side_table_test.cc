#include "shortlist/train/side_table.h"

#include <gtest/gtest.h>

#include <map>

#include "shortlist/base/random.h"
#include "shortlist/io/file.h"
#include "shortlist/testing/temporary_folder.h"

namespace shortlist {
namespace {

using Texts = std::vector<std::string>;

struct TextTables {
  Table open(const std::string& name, const std::string& csv) const {
    write_file_atomically(folder / name, csv);
    return Table::open({.path = folder / name, .header = true});
  }
  TemporaryFolder folder;
};

Texts texts_of(const CodedColumn& column) {
  Texts texts;
  for (const uint32_t code : column.codes)
    texts.push_back(column.values.is_missing(code) ? "none" : column.text(code));
  return texts;
}

std::string error_of(const std::string& csv) {
  const TextTables tables;
  try {
    read_side_table(tables.open("movies.csv", csv), "id", TextForm::integer, {});
  } catch (const Error& error) {
    const std::string message = error.what();
    return message.substr(message.find("movies.csv"));
  }
  return "";
}

TEST(SideTable, JoinsByTheIdsFormAndLeavesOthersMissing) {
  const TextTables tables;
  CodedColumn ids = std::move(code_columns(tables.open("r.csv", "movie\n3\n1\n7\n3\n"), Texts{"movie"})[0]);
  SideTable side = read_side_table(tables.open("m.csv", "id,genre\n1.0,War\n2,Drama\n3.0,\n"), "id",
                                   TextForm::integer, {{"genre", ReadAs::text}});
  std::vector<uint32_t> rows = match_rows(ids, side);
  EXPECT_EQ(rows, (std::vector<uint32_t>{2, 0, kNoRow}));
  EXPECT_EQ(append_other_keys(side, ids, rows), 1u);
  EXPECT_EQ(texts_of(ids), (Texts{"3", "1", "7", "3", "2"}));
  const CodedColumn genre = join_column(std::move(side.columns[0]), rows, ids.codes);
  EXPECT_EQ(texts_of(genre), (Texts{"none", "War", "none", "none", "Drama"}));
  EXPECT_EQ(genre.first_row, (std::vector<uint64_t>{2, 0, 1}));  // in the side table
}

TEST(SideTable, KeepsIdsOfAnotherKindAsTexts) {
  const TextTables tables;
  CodedColumn ids = std::move(code_columns(tables.open("r.csv", "movie\n3\n1\n"), Texts{"movie"})[0]);
  const SideTable side = read_side_table(tables.open("m.csv", "id\nB2\n3\n"), "id", TextForm::integer, {});
  std::vector<uint32_t> rows = match_rows(ids, side);
  append_other_keys(side, ids, rows);
  EXPECT_EQ(texts_of(ids), (Texts{"3", "1", "B2"}));
  EXPECT_EQ(rows, (std::vector<uint32_t>{1, kNoRow, 0}));
}

TEST(SideTable, RejectsAKeyThatRepeats) {
  EXPECT_EQ(error_of("id,x\n1,a\n2,b\n1.0,c\n"),
            "movies.csv: rows 1 and 3 have the same id, '1', but a key must be unique");
}

TEST(SideTable, RejectsAMissingKey) {
  EXPECT_EQ(error_of("id,x\n1,a\n,b\n"),
            "movies.csv: row 2: column 'id' has no value, but it is the key of the table");
}

TEST(SideTable, AppendsRowsWithoutAValue) {
  const TextTables tables;
  CodedColumn column = std::move(code_columns(tables.open("r.csv", "year\n1999\n2001\n"), Texts{"year"})[0]);
  append_missing(column, 0);
  EXPECT_EQ(column.distinct(), 2u);
  append_missing(column, 2);
  EXPECT_EQ(texts_of(column), (Texts{"1999", "2001", "none", "none"}));
}

// The reference joins texts row by row.
TEST(SideTable, AgreesWithAJoinOfTexts) {
  for (uint64_t round = 0; round < 20; ++round) {
    const RandomStream draws(round, "join");
    std::string rows = "movie,x\n", movies = "id,genre,year\n";
    Texts ids, genres, years;
    std::map<std::string, std::pair<std::string, std::string>> table;
    for (uint64_t m = 0; m < 12; ++m) {
      if (draws.below(m, 3) == 0) continue;
      const std::string genre =
          draws.below(100 + m, 4) == 0 ? "" : std::string(1, 'A' + draws.below(200 + m, 3));
      const std::string year = std::to_string(1990 + draws.below(300 + m, 4));
      movies += std::to_string(m) + "," + genre + "," + year + "\n";
      table[std::to_string(m)] = {genre.empty() ? "none" : genre, year};
    }
    for (uint64_t r = 0; r < 30; ++r) {
      const std::string id = std::to_string(draws.below(400 + r, 12));
      rows += id + ",1\n";
      const auto at = table.find(id);
      genres.push_back(at == table.end() ? "none" : at->second.first);
      years.push_back(at == table.end() ? "none" : at->second.second);
    }
    if (table.empty()) continue;
    const TextTables tables;
    const CodedColumn coded = std::move(code_columns(tables.open("r.csv", rows), Texts{"movie"})[0]);
    SideTable side = read_side_table(tables.open("m.csv", movies), "id", TextForm::integer,
                                     {{"genre", ReadAs::text}, {"year", ReadAs::text}});
    const std::vector<uint32_t> row_of_id = match_rows(coded, side);
    EXPECT_EQ(texts_of(join_column(std::move(side.columns[0]), row_of_id, coded.codes)), genres) << round;
    EXPECT_EQ(texts_of(join_column(std::move(side.columns[1]), row_of_id, coded.codes)), years) << round;
  }
}

}  // namespace
}  // namespace shortlist
