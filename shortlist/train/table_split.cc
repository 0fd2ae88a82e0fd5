#include "shortlist/train/table_split.h"

#include <unordered_set>

namespace shortlist {

FormColumn find_forms(const DataSpec& spec, ColumnForms& forms) {
  std::unordered_set<std::string> compared;  // a table may have thousands
  for (const ColumnSpec& column : spec.columns)
    if (column.compared) compared.insert(column.name);
  return [&forms, compared = std::move(compared)](CodedColumn& column) {
    ColumnForm& form = forms[column.name] = find_form(column.values);
    if (compared.contains(column.name)) {
      bring_into_form(column, form.form);
    } else {
      form.form = TextForm::text;
    }
    return form.form;
  };
}

Split split_rows(const SplitConfig& split, const DataColumns& columns) {
  SplitColumns of;
  if (split.by == SplitBy::column || split.has_times()) of.column = &columns.find(split.column);
  if (split.needs_user()) of.user = &columns.find(split.user);
  return make_split(split, columns.rows, of);
}

}  // namespace shortlist
