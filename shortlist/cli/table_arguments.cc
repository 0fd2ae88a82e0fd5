// Declares the commands for tables.
#include "shortlist/cli/command_options.h"

namespace shortlist {
namespace {

void add_inspect(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<InspectCommand>(
      app, chosen, "inspect", "Show a table's columns: types, missing values, frequent values", sub);
  add_table(*sub, command->table.table);
  add_format(*sub, command->format, {"text", "json"});
  sub->add_option("--top", command->top, "Number of most frequent values to show")
      ->capture_default_str()
      ->check(non_negative());
  add_text_options(*sub, command->table);
  sub->footer(std::string(kTableHelp) +
              "\nExamples:\n"
              "  shortlist inspect ratings.csv\n"
              "  shortlist inspect u.data --no-header --columns user,item,rating,time\n");
}

void add_convert(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<ConvertCommand>(app, chosen, "convert",
                                                   "Write a table, or the result of a query, to a file", sub);
  add_table(*sub, command->table.table);
  sub->add_option("--sql", command->sql, "A file with a query, in which {data} is replaced by TABLE")
      ->option_text("FILE");
  add_table_file(*sub, command->out);
  sub->add_flag("--quiet", command->quiet, "Do not show progress");
  add_text_options(*sub, command->table);
  sub->footer(std::string(kTableHelp) +
              "\nExamples:\n"
              "  shortlist convert ratings.csv --out ratings.parquet\n"
              "  shortlist convert raw --sql examples/anime/prepare.sql --out clean_data.csv\n");
}

void add_init(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command = add_command<InitCommand>(app, chosen, "init", "Write a config for a table", sub);
  add_table(*sub, command->table.table);
  add_text_options(*sub, command->table);
  auto visit = [&](const char* name, auto& field, const char* help, const Range& = {}) {
    sub->add_option("--" + std::string(name), field, help)->option_text("COLUMN");
  };
  command->options.fields(visit);
  sub->add_option("--items", command->items, "A table with one row per item: becomes [items]")
      ->option_text("TABLE");
  sub->add_option("--users", command->users, "A table with one row per user: becomes [users]")
      ->option_text("TABLE");
  sub->add_option("--out", command->out, "Output file. The default is standard output.")->option_text("FILE");
  sub->footer(std::string(kTableHelp) +
              "\nThe config can be trained as it is. A comment next to each choice gives the reason.\n"
              "\nExamples:\n"
              "  shortlist init ratings.csv > ratings.toml\n"
              "  shortlist init ratings.csv --items movies.csv --out movies.toml\n"
              "  shortlist init clicks.parquet --label clicked --out clicks.toml\n");
}

void add_synth(CLI::App& app, Chosen& chosen) {
  CLI::App* sub = nullptr;
  const auto command =
      add_command<SynthCommand>(app, chosen, "synth", "Generate a table of ratings with planted taste", sub);
  auto visit = [&](const char* name, auto& field, const char* help, const Range& = {}) {
    sub->add_option("--" + std::string(name), field, help)->capture_default_str();
  };
  command->options.fields(visit);
  add_table_file(*sub, command->out);
  sub->add_option("--shard-rows", command->shard_rows,
                  "Write a folder of Parquet files with this many rows each. --out is the folder.")
      ->check(positive())
      ->option_text("N");
  add_threads(*sub, command->threads);
  sub->add_flag("--quiet", command->quiet, "Do not show progress");
  sub->footer(
      "\nThe planted taste is written to FILE.truth.json.\n"
      "\nExamples:\n"
      "  shortlist synth --rows 100000 --out ratings.csv\n"
      "  shortlist synth --rows 100000000 --seed 7 --out ratings.parquet\n"
      "  shortlist synth --rows 1000000000 --shard-rows 10000000 --out ratings\n");
}

}  // namespace

void add_table_commands(CLI::App& app, Chosen& chosen) {
  add_inspect(app, chosen);
  add_convert(app, chosen);
  add_init(app, chosen);
  add_synth(app, chosen);
}

}  // namespace shortlist
