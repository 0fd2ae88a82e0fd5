#include "shortlist/python/table_argument.h"

#include <nanobind/stl/string.h>

#include "shortlist/python/arrow_columns.h"
#include "shortlist/python/values.h"
#include "shortlist/table/table.h"
#include "shortlist/table/table_writer.h"

namespace shortlist::python {

void TableArgument::apply(TableConfig& section) const {
  if (config.rows != nullptr) {
    section.rows = config.rows;
    return;
  }
  section.use_table(config.table_text());
  Value settings = write_fields(config);
  std::erase_if(std::get<Value::Table>(settings.data), [](const auto& entry) {
    const auto* text = entry.second.text();
    const auto* list = entry.second.array();
    return entry.first == "table" || entry.first == "sql" ||
           (text != nullptr && text->empty() && entry.first != "quote") || (list != nullptr && list->empty());
  });
  read_fields(settings, section, {"the table", ""});
}

void bind_tables(nb::module_& module) {
  using namespace nb::literals;
  nb::class_<TableArgument>(module, "Table")
      .def_static(
          "of_columns",
          [](const std::string& name, nb::dict columns) {
            TableArgument table;
            table.config.rows = table_of_columns(name, columns);
            return table;
          },
          "name"_a, "columns"_a,
          nb::sig("def of_columns(name: str, columns: dict[str, tuple[typing.Any, ...]]) -> Table"))
      .def_static(
          "of_stream",
          [](const std::string& name, nb::object object) {
            TableArgument table;
            table.config.rows = table_of_stream(name, object);
            return table;
          },
          "name"_a, "object"_a)
      .def_static(
          "of_text",
          [](nb::handle path, nb::dict settings) {
            const auto text = read_argument<std::string>(path, "the table");
            TableArgument table;
            read_fields(to_value(settings), table.config, {"the table", ""});
            table.config.use_table(text);
            return table;
          },
          "text"_a.none(), "settings"_a,
          nb::sig("def of_text(text: str, settings: dict[str, typing.Any]) -> Table"))
      .def(
          "write",
          [](const TableArgument& table, nb::handle path_given) {
            const auto path = read_argument<std::string>(path_given, "path");
            const nb::gil_scoped_release released;
            write_table(Table::open(table.config.source()), path);
          },
          "path"_a.none(), nb::sig("def write(self, path: str) -> None"))
      .def(
          "columns",
          [](const TableArgument& table) {
            nb::dict columns;
            const Table opened = Table::open(table.config.source());
            for (const ColumnInfo& column : opened.columns()) columns[column.name.c_str()] = column.sql_type;
            return columns;
          },
          nb::sig("def columns(self) -> dict[str, str]"));
}

}  // namespace shortlist::python
