#include "shortlist/cli/command_options.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "shortlist/base/value.h"
#include "shortlist/bundle/fetch_bundle.h"

namespace shortlist {

const char* const kTableHelp = R"(
TABLE is a file, a folder or a quoted glob of CSV, TSV, Parquet, JSON or JSON lines files, which may be
compressed (.gz, .zst). An argument that begins with SELECT or WITH is an SQL query:
  "SELECT * FROM 'a.parquet' WHERE year > 1990"
)";

void add_text_options(CLI::App& sub, TableOptions& table) {
  const char* group = "Text files (detected if not set)";
  sub.add_option("--delimiter", table.delimiter,
                 "Separator of columns: ',', ';', '\\t', '::', or whitespace for any run of blanks")
      ->group(group);
  sub.add_flag_callback(
         "--header", [&table] { table.header = true; }, "The first line contains the column names")
      ->group(group);
  sub.add_flag_callback(
         "--no-header", [&table] { table.header = false; }, "The first line is data")
      ->group(group);
  sub.add_option("--columns", table.columns, "Column names of a file without a header: user,item,rating,time")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(group);
  sub.add_option("--encoding", table.encoding, "Encoding of a file that is not UTF-8: latin-1 or utf-16")
      ->group(group);
  sub.add_option(
         "--quote", table.quote,
         "Quote character around values that contain the delimiter. The default is '\"'; '' means none.")
      ->group(group);
  sub.add_option("--comment", table.comment, "Lines that begin with this character are skipped")
      ->group(group);
  const char* values = "How values are written";
  sub.add_option("--decimal", table.decimal, "Decimal point of numbers: ',' reads 4,5")->group(values);
  sub.add_option("--thousands", table.thousands, "Thousands separator of numbers: ',' reads 1,100.50")
      ->group(values);
  sub.add_option("--date-format", table.date_format,
                 "Format of times that are not ISO 8601: '%d.%m.%Y %H:%M'")
      ->group(values);
  sub.add_option("--missing", table.missing, "Texts that mean a missing value: NA,None")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(values);
}

void add_table(CLI::App& sub, std::string& table) {
  sub.add_option("table", table, "The table")->required()->option_text("TABLE");
}

void add_bundle(CLI::App& sub, std::string& bundle) {
  sub.add_option("bundle", bundle,
                 "The bundle: the folder that train wrote, or an address such as s3://bucket/models/anime")
      ->required()
      ->option_text("BUNDLE");
  sub.parse_complete_callback([&bundle] { bundle = local_bundle(bundle); });
}

void add_table_file(CLI::App& sub, std::string& out) {
  sub.add_option("--out", out, "Output file: .csv, .tsv, .jsonl, .parquet. - is CSV on standard output.")
      ->required()
      ->option_text("FILE");
}

CLI::Option* add_list(CLI::App& sub, const char* flag, std::vector<std::string>& values, const char* help) {
  return sub.add_option(flag, values, help)->allow_extra_args(false);
}

namespace {

template <typename Fits>
CLI::Validator number_that(Fits fits, const std::string& need, const std::string& name) {
  const auto check = [=](std::string& text) -> std::string {
    double number = 0;
    if (CLI::detail::lexical_cast(text, number) && fits(number)) return "";
    return fmt::format("got '{}', need {}", text, need);
  };
  return {check, name};
}

}  // namespace

CLI::Validator positive() {
  return number_that([](double x) { return x > 0; }, "a number above 0", "POSITIVE");
}
CLI::Validator non_negative() {
  return number_that([](double x) { return x >= 0; }, "a number of at least 0", "NONNEGATIVE");
}
CLI::Validator whole() {
  const auto check = [](std::string& text) -> std::string {
    int64_t number = 0;
    return CLI::detail::lexical_cast(text, number) ? "" : fmt::format("got '{}', need a whole number", text);
  };
  return {check, "INT"};
}
CLI::Validator between(double least, double most) {
  return number_that([=](double x) { return x >= least && x <= most; },
                     fmt::format("a number from {} to {}", least, most),
                     fmt::format("in [{} - {}]", least, most));
}

CLI::Validator one_of(std::vector<std::string> names) {
  const std::string all = fmt::format("{}", fmt::join(names, ", "));
  const std::string shown = fmt::format("{{{}}}", fmt::join(names, ","));
  const auto check = [=](std::string& text) -> std::string {
    if (std::ranges::find(names, text) != names.end()) return "";
    const std::string near = nearest(text, names);
    return fmt::format("got '{}', need one of {}{}", text, all,
                       near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
  };
  return {check, shown};
}

void add_threads(CLI::App& sub, int& threads) {
  sub.add_option("--threads", threads,
                 "Number of threads. 0 means one per processor. The result is the same with any number.")
      ->capture_default_str()
      ->check(between(0, kMostThreads));
}

void add_format(CLI::App& sub, std::string& format, const std::vector<std::string>& formats) {
  sub.add_option("--format", format, "Output format")->check(one_of(formats))->capture_default_str();
}

void add_side_tables(CLI::App& sub, ConfigTableOptions& tables) {
  sub.add_option("--items", tables.items, "Table to use instead of that of the config's [items]")
      ->option_text("TABLE");
  sub.add_option("--users", tables.users, "Table to use instead of that of the config's [users]")
      ->option_text("TABLE");
}

void add_config_tables(CLI::App& sub, ConfigTableOptions& tables) {
  sub.add_option("--data", tables.data.table, "Table to use instead of the config's")->option_text("TABLE");
  add_side_tables(sub, tables);
}

void add_settings(CLI::App& sub, std::vector<std::string>& settings) {
  sub.add_option_function<std::vector<std::string>>(
         "--set",
         [&settings](const std::vector<std::string>& given) {
           settings.insert(settings.end(), given.begin(), given.end());
         },
         "A setting that replaces the config's: training.batch=512. Repeat for more.")
      ->allow_extra_args(false);
}

}  // namespace shortlist
