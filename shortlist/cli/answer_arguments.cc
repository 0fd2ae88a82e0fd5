// Declares the commands that query a model.
#include "shortlist/cli/command_options.h"

namespace shortlist {
namespace {

void add_recommend(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<RecommendCommand>(
      app, chosen, "recommend", "Recommend items for a query, or for each row of a table", sub);
  add_bundle(*sub, command->bundle);
  CLI::Option* query = add_list(*sub, "--query", command->query,
                                "A value of the query: column=value. Repeat for more columns.");
  CLI::Option* queries =
      sub->add_option("--queries", command->queries.table, "A table with a query in each row")
          ->option_text("TABLE")
          ->excludes(query);
  sub->add_option("-k", command->k, "Number of items per query")->capture_default_str();
  sub->add_option("--offset", command->offset, "Number of items to skip, for the next page of the list")
      ->capture_default_str();
  sub->add_option(
         "--retrieve", command->retrieve,
         "Number of items that retrieval passes to the ranking, which is also the longest possible list. 0 "
         "means blocks of the config's recommend.candidates, so that an item's place does not depend on -k.")
      ->capture_default_str();
  std::vector<std::string> orders;
  for (const auto& [value, name] : EnumNames<ListOrder>::names) orders.emplace_back(name);
  const auto set_order = [command](const std::string& text) {
    for (const auto& [value, name] : EnumNames<ListOrder>::names)
      if (name == text) command->order = value;
  };
  sub->add_option_function<std::string>("--order", set_order,
                                        "Order of the list: by score, by the first predicted label, or by "
                                        "both. auto is the bundle's own order.")
      ->option_text("auto|score|predicted|blend")
      ->check(one_of(orders));
  sub->add_option("--blend", command->blend, "With --order blend: weight of the predicted label, 0 to 1");
  sub->add_flag("--keep-seen", command->keep_seen,
                "Keep items that the query's user has in the training data. By default they are left out.");
  add_list(*sub, "--exclude", command->exclude,
           "An item to leave out: its id, or the beginning of it. Repeat for more.");
  add_list(*sub, "--where", command->where,
           "A condition on an attribute: type=TV, type!=TV, year>=1990, genre~Com. Repeat for more; all must "
           "match.");
  sub->add_option("--format", command->format,
                  "Output format. The default is table for one query and csv for many.")
      ->check(one_of({"table", "json", "csv"}));
  sub->add_flag("--attributes", command->attributes,
                "With --queries: add the items' attributes to the answers");
  sub->add_option(
         "--out", command->out,
         "Write to a file instead of standard output: .csv, .tsv, .jsonl, .parquet. With --shard, the "
         "folder for the answers.")
      ->option_text("FILE");
  CLI::Option* shard =
      sub->add_option(
             "--shard", command->shard,
             "Answer only shard i of n equal shards of the table's rows, counted from 0, in parts that a "
             "killed run does not repeat")
          ->option_text("i/n")
          ->needs(queries);
  sub->add_option("--part-rows", command->part_rows, "With --shard: number of queries per part")
      ->capture_default_str()
      ->check(positive())
      ->needs(shard);
  add_threads(*sub, command->threads);
  sub->add_flag("--quiet", command->quiet, "Do not show progress");
  add_text_options(*sub, command->queries);
  sub->footer(
      std::string(kTableHelp) +
      "\nWith --queries, each item is a line: query (the row's number in the table, from 1), the "
      "query's columns,\n"
      "rank, item_id, predicted_LABEL, score. With --format json, each line is an object. A column "
      "of the query\n"
      "with one of these names is written as query_NAME, and such an attribute as item_NAME. A "
      "column that is not\n"
      "given is missing, unless the query's user has the same value in all of its training rows: "
      "then that value\n"
      "is used.\n"
      "\nWith --shard, --out is a folder that all shards may share. Parts are Parquet files, or what "
      "--format says.\n"
      "A query that cannot be answered has one line with the reason in the column error. The same command "
      "continues a\n"
      "run that was stopped, and does nothing if the shard is finished. `shortlist merge DIR` checks the "
      "shards.\n"
      "\nExamples:\n"
      "  shortlist recommend runs/anime --query 'genre=Action, Comedy' -k 5\n"
      "  shortlist recommend runs/anime --query type=TV --where 'genre~Comedy'\n"
      "  shortlist recommend runs/movies --query user_id=196 --offset 10 --keep-seen\n"
      "  shortlist recommend runs/anime --queries users.parquet --out answers.parquet\n"
      "  shortlist recommend runs/anime --queries 'big/*.parquet' --shard 0/8 --out out\n");
}

void add_predict(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<PredictCommand>(
      app, chosen, "predict", "Predict labels for one pair, or for each row of a table", sub);
  add_bundle(*sub, command->bundle);
  CLI::Option* query = add_list(*sub, "--query", command->query,
                                "A value of the query: column=value. Repeat for more columns.");
  CLI::Option* item = add_list(*sub, "--item", command->item,
                               "A value of the item: column=value. For an item that the model knows, "
                               "its id or the beginning of it is enough.");
  sub->add_option("--data", command->data.table, "A table with a query and an item in each row")
      ->option_text("TABLE")
      ->excludes(query)
      ->excludes(item);
  sub->add_option("--format", command->format,
                  "Output format. The default is table for one pair and csv for many.")
      ->check(one_of({"table", "json", "csv"}));
  sub->add_option("--out", command->out,
                  "Write to a file instead of standard output: .csv, .tsv, .jsonl, .parquet")
      ->option_text("FILE");
  sub->add_flag("--raw", command->raw, "Do not clip predictions to the label's range in the training rows");
  add_threads(*sub, command->threads);
  sub->add_flag("--quiet", command->quiet, "Do not show progress");
  add_text_options(*sub, command->data);
  sub->footer(std::string(kTableHelp) +
              "\nWith --data, the answer is the table with one more column per label: predicted_LABEL.\n"
              "\nExamples:\n"
              "  shortlist predict runs/anime --query type=TV --item 'name=Cowboy Bebop'\n"
              "  shortlist predict runs/anime --data clean_data.csv --out predicted.parquet\n");
}

void add_similar(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<SimilarCommand>(app, chosen, "similar",
                                                   "Find the items that are most similar to an item", sub);
  add_bundle(*sub, command->bundle);
  sub->add_option("item", command->item, "The item's id, or the beginning of it")
      ->required()
      ->option_text("ITEM");
  std::vector<std::string> names;
  for (const auto& [value, name] : EnumNames<Similarity>::names) names.emplace_back(name);
  const auto by = [command](const std::string& text) {
    for (const auto& [value, name] : EnumNames<Similarity>::names)
      if (name == text) command->by = value;
  };
  sub->add_option_function<std::string>(
         "--by", by,
         "learned: cosine of the items' vectors (the default); jaccard: common values of the "
         "attributes;\ncosine: of the ratings by the same users, minus each user's mean")
      ->option_text("learned|jaccard|cosine")
      ->check(one_of(names));
  sub->add_option("-k", command->k, "Number of items")->capture_default_str();
  add_format(*sub, command->format, {"table", "json", "csv"});
  sub->footer(
      "\nExamples:\n"
      "  shortlist similar runs/anime 'Cowboy Bebop' -k 5\n"
      "  shortlist similar runs/anime 'Cowboy Bebop' --by jaccard --format json\n");
}

void add_embed(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command =
      add_command<EmbedCommand>(app, chosen, "embed", "Write the towers' outputs as vectors", sub);
  add_bundle(*sub, command->bundle);
  CLI::Option* items = sub->add_flag("--items", command->items, "Embed every item, in the catalogue's order");
  sub->add_option("--queries", command->queries.table, "Embed the query in each row of a table")
      ->option_text("TABLE")
      ->excludes(items);
  sub->add_option(
         "--out", command->out,
         "Output file. .parquet contains the ids and the vectors; NAME.npy has its ids in NAME.ids.csv.")
      ->required()
      ->option_text("FILE");
  add_threads(*sub, command->threads);
  sub->add_flag("--quiet", command->quiet, "Do not show progress");
  add_text_options(*sub, command->queries);
  sub->footer(std::string(kTableHelp) +
              "\nExamples:\n"
              "  shortlist embed runs/anime --items --out items.parquet\n"
              "  shortlist embed runs/anime --queries users.csv --out users.npy\n");
}

}  // namespace

void add_answer_commands(CLI::App& app, Chosen& chosen) {
  add_recommend(app, chosen);
  add_predict(app, chosen);
  add_similar(app, chosen);
  add_embed(app, chosen);
}

}  // namespace shortlist
