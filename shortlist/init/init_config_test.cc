#include "shortlist/init/init_config.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "shortlist/base/error.h"
#include "shortlist/base/threads.h"
#include "shortlist/config/build.h"
#include "shortlist/config/config.h"
#include "shortlist/config/read_config.h"
#include "shortlist/config/resolve.h"
#include "shortlist/init/column_guess.h"
#include "shortlist/io/toml.h"
#include "shortlist/table/table_files.h"
#include "shortlist/train/prepare.h"
#include "shortlist/train/trainer.h"

namespace shortlist {
namespace {

using Names = std::vector<std::string>;

std::string init(const std::string& path, const InitOptions& options = {}) {
  return init_config(Table::open({.path = path}), options);
}

Config read(const std::string& text) { return read_config(parse_toml(text, "init.toml"), "init.toml"); }

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

std::string kind(const Config& config, const std::string& feature) {
  return std::string(config.feature(feature).settings->kind());
}

// Metrics after an epoch of some thousand rows, enough to see whether a config trains.
Metrics train(const std::string& text) {
  Config config = read(text);
  config.training.epochs = 1;
  PreparedData prepared = prepare_data(resolve_data(config), Table::open(config.data.source()));
  for (std::vector<uint32_t>* rows : {&prepared.data.split.train, &prepared.data.split.validation})
    rows->resize(std::min<size_t>(rows->size(), 5000));
  const ModelSpec spec = build_model(config, prepared.features, prepared.label_scales);
  Parameters parameters(spec);
  parameters.initialize(static_cast<uint64_t>(config.training.seed));
  ThreadPool pool(2);
  Trainer trainer(resolve_training(config), spec, parameters, prepared.data, pool);
  TrainingCallback observer;
  const std::atomic<bool> stop = false;
  trainer.run(observer, stop);
  return trainer.state().history.epochs.back().validation;
}

void expect_trains(const std::string& text) {
  const Metrics figures = train(text);
  const double* loss = find_metric(figures, "loss");
  ASSERT_NE(loss, nullptr) << text;
  EXPECT_TRUE(std::isfinite(*loss)) << text;
}

// Writes a table whose rows `row` makes from their numbers.
std::string write_rows(const FileFolder& folder, const std::string& header, int rows,
                       const std::function<std::string(int)>& row) {
  std::string text = header + "\n";
  for (int r = 0; r < rows; ++r) text += row(r) + "\n";
  return folder.write("table.csv", text);
}

TEST(InitConfig, NamesTheColumnsOfMovieLens100KAfterTheirShapes) {
  SHORTLIST_REAL_DATA(path, "ml-100k/u.data");
  const std::string text = init(path);
  const Config config = read(text);
  EXPECT_EQ(config.data.columns, (Names{"user", "item", "rating", "timestamp"}));
  EXPECT_EQ(config.data.header, false);
  EXPECT_EQ(config.data.user, "user");
  EXPECT_EQ(config.data.split.by, SplitBy::random);
  EXPECT_TRUE(has(text, "of the last rows would have users never seen before"));
  EXPECT_TRUE(has(text, "# split = { by = \"time\", column = \"timestamp\""));
  EXPECT_TRUE(config.retrieval->sampling_correction);
  EXPECT_EQ(config.query.features, (Names{"user", "history"}));
  EXPECT_EQ(config.items.features, Names{"item"});
  ASSERT_EQ(config.ranking.size(), 1u);
  EXPECT_EQ(config.ranking[0].label, "rating");
  EXPECT_EQ(config.ranking[0].loss.name(), "mean_squared_error");
  EXPECT_TRUE(has(text, "the first id, which is usually the user"));
  expect_trains(text);
}

TEST(InitConfig, SplitsByTimeWhereUsersComeBack) {
  FileFolder folder;
  const auto table = [&](const std::function<int(int)>& user) {
    return write_rows(folder, "user,item,rating,timestamp", 2000, [&](int r) {
      return fmt::format("u{},i{},{},{}", user(r), r * 7 % 53, r % 5 + 1, 1'500'000'000 + r * 3600);
    });
  };
  const std::string regulars = init(table([](int r) { return r % 40; }));
  EXPECT_EQ(read(regulars).data.split.by, SplitBy::time);
  EXPECT_EQ(read(regulars).data.split.column, "timestamp");
  // Each user is active for 20 hours and never again.
  const std::string passers = init(table([](int r) { return r / 20; }));
  EXPECT_EQ(read(passers).data.split.by, SplitBy::random);
  EXPECT_TRUE(
      has(passers, "with a split by time, 100 % of the last rows would have users never seen before"));
}

// Each offer lives for 40 rows and never comes back.
TEST(InitConfig, DescribesNewItemsByTheirFeatures) {
  FileFolder folder;
  const auto table = [&](int life) {
    return write_rows(folder, "user,offer_id,trade,town,timestamp", 2000, [&](int r) {
      const int offer = r % 4 + r / life * 4;
      return fmt::format("u{},o{},trade{},town{},{}", r % 40, offer, offer * 7 % 31, offer * 5 % 11,
                         1'500'000'000 + r * 3600);
    });
  };
  const std::string text = init(table(40), {.item = "offer_id"});
  const Config config = read(text);
  EXPECT_EQ(config.data.split.by, SplitBy::time);
  EXPECT_EQ(config.items.features, (Names{"trade", "town"}));
  EXPECT_TRUE(has(text, "without 'offer_id': 100 % of the last rows have items never seen before")) << text;
  EXPECT_TRUE(has(text, "of = \"trade\"")) << text;
  expect_trains(text);
  EXPECT_EQ(read(init(table(2000), {.item = "offer_id"})).items.features.front(), "offer_id");
}

TEST(InitConfig, TakesTheNamesOfMovieLensSmall) {
  SHORTLIST_REAL_DATA(path, "ml-latest-small/ratings.csv");
  const std::string text = init(path);
  const Config config = read(text);
  EXPECT_TRUE(config.data.columns.empty());
  EXPECT_EQ(config.query.features, (Names{"userId", "history"}));
  EXPECT_EQ(config.items.id, "movieId");
  EXPECT_EQ(kind(config, "movieId"), "category");
  EXPECT_EQ(config.ranking.at(0).label, "rating");
  EXPECT_EQ(config.data.split.by, SplitBy::random);
  EXPECT_TRUE(has(text, "integer, 610 distinct values; the user, by its name"));
  expect_trains(text);
}

TEST(InitConfig, AsksTheAnimeTableByTheItemsPropertiesAndSaysSo) {
  SHORTLIST_REAL_DATA(path, "anime/clean_data.csv");
  const std::string text = init(path);
  const Config config = read(text);
  EXPECT_EQ(config.query.features, (Names{"genre", "type", "Audience"}));
  EXPECT_EQ(config.items.features, (Names{"name", "name_words"}));
  Names attributes;
  for (const AttributeConfig& attribute : config.items.attributes) attributes.push_back(attribute.column);
  EXPECT_EQ(attributes, (Names{"genre", "type", "Audience"}));
  EXPECT_EQ(kind(config, "genre"), "categories");
  EXPECT_EQ(config.ranking.at(0).label, "Feedback");
  EXPECT_EQ(config.data.split.by, SplitBy::random);
  EXPECT_TRUE(has(text, "text, 3 distinct values; describes the requested item\n"));
  EXPECT_TRUE(has(text, "see the report's lookup baseline"));
  expect_trains(text);
}

TEST(InitConfig, AsksTheAnimeTableWithIdsByTheUser) {
  SHORTLIST_REAL_DATA(path, "anime/clean_data_with_ids.csv");
  const std::string text = init(path);
  const Config config = read(text);
  EXPECT_EQ(config.data.user, "User_ID");
  EXPECT_EQ(config.query.features, Names{"User_ID"});
  EXPECT_EQ(config.items.id, "Anime_ID");
  EXPECT_EQ(config.items.display, "name");
  EXPECT_EQ(config.items.features, (Names{"Anime_ID", "name_words", "genre", "type", "Audience"}));
  EXPECT_TRUE(has(text, "one per Anime_ID, and readable"));
}

TEST(HasImageUrls, AsksForANameAndForUrlsThatThePageMayLoad) {
  const auto has = [](const std::string& name, const std::vector<std::string>& urls) {
    ColumnGuess column{.name = name, .meaning = name_meaning(name)};
    column.summary.type = ColumnType::text;
    for (const std::string& url : urls) column.summary.most_frequent.emplace_back(url, 1);
    return has_image_urls(column);
  };
  EXPECT_TRUE(has("poster", {"https://example.org/1", "posters/2.jpg", "/3.webp?size=2"}));
  for (const char* name : {"imageUrl", "movie_thumbnail", "Cover"}) EXPECT_TRUE(has(name, {"a.png"})) << name;
  EXPECT_FALSE(has("link", {"https://example.org/1.jpg"}));
  for (const char* url :
       {"http://example.org/1.jpg", "//example.org/1.jpg", "a film.jpg", "Jaws", "ftp://a/b.png"})
    EXPECT_FALSE(has("poster", {"https://example.org/1", url})) << url;
  EXPECT_FALSE(has("poster", {}));
}

TEST(InitConfig, MakesARetrievalOfATableWithoutLabel) {
  FileFolder folder;
  const std::string path = write_rows(folder, "customer_id,sku,purchase_date", 60, [](int r) {
    return fmt::format("c{},s{},2024-01-{:02} 10:00:00", r % 7, r * 5 % 11, 1 + r % 28);
  });
  const std::string text = init(path);
  const Config config = read(text);
  EXPECT_TRUE(config.ranking.empty());
  ASSERT_TRUE(config.retrieval.has_value());
  EXPECT_EQ(config.query.features, (Names{"customer_id", "history"}));
  EXPECT_EQ(config.items.id, "sku");
  EXPECT_EQ(config.data.split.column, "purchase_date");
  EXPECT_EQ(config.training.early_stopping->monitor, "auto");
  expect_trains(text);
}

TEST(InitConfig, PredictsAClickWithItsProbability) {
  FileFolder folder;
  const std::string path = write_rows(folder, "row_id,user,ad_id,device,country,clicked", 200, [](int r) {
    return fmt::format("{},u{},{},{},DE,{}", r, r % 9, r * 7 % 13, r / 3 % 2 == 0 ? "phone" : "desk",
                       r % 5 == 0);
  });
  const std::string text = init(path);
  const Config config = read(text);
  EXPECT_EQ(config.ranking.at(0).loss.name(), "binary_crossentropy");
  EXPECT_EQ(config.query.features, (Names{"user", "device"}));
  EXPECT_EQ(config.items.id, "ad_id");
  EXPECT_TRUE(has(text, "# left out: row_id (a different value in each row: a row number)"));
  EXPECT_TRUE(has(text, "# left out: country (is 'DE' in every row)"));
  EXPECT_EQ(config.retrieval->positives, "clicked");
  expect_trains(text);
}

TEST(InitConfig, SaysThatACatalogueTellsNothingOfTaste) {
  FileFolder folder;
  const std::string path = write_rows(folder, "movie_id,title,genres", 60, [](int r) {
    return fmt::format("{},The Film {},{}", 100 + r, r, r % 2 == 0 ? "drama|crime" : "drama|war");
  });
  const std::string text = init(path);
  const Config config = read(text);
  EXPECT_TRUE(has(text, "# Few items occur in more than one row: this looks like a catalogue"));
  EXPECT_EQ(config.items.id, "title");
  EXPECT_EQ(config.query.features, Names{"genres"});
  expect_trains(text);
}

TEST(InitConfig, WarnsThatMinusOneMayBeNoRating) {
  FileFolder folder;
  const std::string path = write_rows(folder, "user_id,item_id,rating", 40, [](int r) {
    return fmt::format("{},{},{}", r % 5, r % 7, r % 3 == 0 ? -1 : r % 10);
  });
  EXPECT_TRUE(has(init(path), "# -1 may mean \"not rated\""));
}

// Items with a list, words, numbers and a vector. Users with an age.
std::string rich_table(const FileFolder& folder) {
  std::string text;
  for (int r = 0; r < 300; ++r) {
    const int user = r % 10, item = (r * 7 + r / 10) % 30;
    text += fmt::format(
        R"({{"user_id": {0}, "age": {1}, "item_id": {2}, "tags": ["t{3}", "t{4}"], "summary": "a story of number {2} and {3}",)"
        R"( "price": {5}, "look": [{6}, 0.5], "review": "review {7} is a text of its own", "stars": {8}, "average_rating": {9}}})"
        "\n",
        user, 20 + user * 3, item, item % 4, item % 5, item == 3 ? 9999.5 : 1.25 * item, item * 0.1, r,
        1 + r * 3 % 5, item * 0.15);
  }
  return folder.write("table.jsonl", text);
}

TEST(InitConfig, TellsListsWordsNumbersAndVectorsApart) {
  FileFolder folder;
  const std::string text = init(rich_table(folder));
  const Config config = read(text);
  EXPECT_EQ(config.query.features, (Names{"user_id", "age"}));
  EXPECT_EQ(config.items.features, (Names{"item_id", "tags", "summary", "price", "look", "average_rating"}));
  EXPECT_EQ(kind(config, "tags"), "categories");
  EXPECT_EQ(kind(config, "summary"), "text");
  EXPECT_EQ(kind(config, "look"), "vector");
  EXPECT_EQ(kind(config, "average_rating"), "number");
  EXPECT_TRUE(has(text, R"(price          = { kind = "number", normalize = "log" })"));
  EXPECT_EQ(config.ranking.at(0).label, "stars");
  EXPECT_TRUE(has(text, "# left out: review (text of single rows, such as a review"));
  expect_trains(text);
}

TEST(InitConfig, DoesWhatItsOptionsSay) {
  FileFolder folder;
  const std::string path = rich_table(folder);
  const std::string text = init(path, {.label = "price", .item = "summary", .query = {"age", "tags"}});
  const Config config = read(text);
  EXPECT_EQ(config.ranking.at(0).label, "price");
  EXPECT_EQ(config.items.id, "summary");
  EXPECT_EQ(config.query.features, (Names{"age", "tags"}));
  EXPECT_TRUE(config.data.user.empty());
  expect_trains(text);
}

TEST(InitConfig, RepeatsWhatTheSourceSays) {
  FileFolder folder;
  const std::string path = folder.write("t.txt", "1~2~3\n1~3~4\n2~2~5\n2~3~1\n");
  TableSource source = {.path = path, .delimiter = "~", .header = false};
  source.columns = {"user \"x\"", "item", "rating"};
  const Config config = read(init_config(Table::open(source), {}));
  EXPECT_EQ(config.data.delimiter, "~");
  EXPECT_EQ(config.data.header, false);
  EXPECT_EQ(config.data.columns, source.columns);
  EXPECT_EQ(config.query.features, Names{"user \"x\""});
}

TEST(InitConfig, WritesTheSameTextForTheSameTable) {
  FileFolder folder;
  const std::string path = rich_table(folder);
  EXPECT_EQ(init(path), init(path));
}

std::string message_of(const std::string& path, const InitOptions& options = {}) {
  try {
    init(path, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(InitConfig, SaysWhatItCannotFind) {
  FileFolder folder;
  const std::string numbers = folder.write("n.csv", "x,y\n0.5,1.5\n0.25,2.5\n0.5,3.5\n");
  EXPECT_EQ(message_of(numbers),
            numbers + ": no column looks like the item to recommend; name one with --item");
  const std::string item = folder.write("i.csv", "item_id,rating\n1,2\n1,3\n2,2\n");
  EXPECT_EQ(message_of(item),
            item + ": no column looks like a user or another column for the query; name some with --query");
  const std::string empty = folder.write("e.csv", "user_id,item_id\n");
  EXPECT_EQ(message_of(empty), empty + ": has no rows");
}

TEST(InitConfig, RejectsOptionsThatDoNotFit) {
  FileFolder folder;
  const std::string path =
      folder.write("a.csv", "user_id,item_id,rating,mood\n1,1,2,good\n1,2,4,bad\n2,1,3,good\n");
  EXPECT_EQ(message_of(path, {.label = "mood"}), "label 'mood': needs numbers, but contains text");
  const std::string endless =
      folder.write("i.csv", "user_id,item_id,rating\n1,1,1.5\n1,2,inf\n2,1,2\n2,2,3\n");
  EXPECT_EQ(message_of(endless, {.label = "rating"}),
            endless + ": row 2: label column 'rating': got 'inf', need a finite number");
  const std::string unrated = folder.write("u.csv", "user_id,item_id,rating\n1,1,\n1,2,\n2,1,\n");
  EXPECT_EQ(message_of(unrated, {.label = "rating"}), "label 'rating': has no values, need numbers");
  EXPECT_EQ(
      message_of(path, {.item = "itemid"}),
      path + ": has no column 'itemid'; did you mean 'item_id'? (columns: user_id, item_id, rating, mood)");
  EXPECT_EQ(message_of(path, {.item = "mood", .query = {"mood"}}),
            "column 'mood' cannot be the item and the label or the query");
}

TEST(NameMeaning, ReadsTheCommonWaysOfWritingNames) {
  for (const char* name : {"userId", "User_ID", "userid", "customer", "USER_ID"}) {
    EXPECT_EQ(name_meaning(name).hint, NameHint::user) << name;
    EXPECT_TRUE(name_meaning(name).key) << name;
  }
  EXPECT_TRUE(name_meaning("movieId").key);
  EXPECT_FALSE(name_meaning("movie_genre").key);
  EXPECT_FALSE(name_meaning("user_age").key);
  EXPECT_EQ(name_meaning("average_rating").hint, NameHint::none);
  EXPECT_EQ(name_meaning("rating_date").hint, NameHint::time);
  EXPECT_EQ(name_meaning("Audience").hint, NameHint::none);
}

}  // namespace
}  // namespace shortlist
