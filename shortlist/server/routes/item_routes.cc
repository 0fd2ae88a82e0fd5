// Routes of the catalogue: search, and one item.
#include <algorithm>

#include "shortlist/server/http/url.h"
#include "shortlist/server/routes/filter_json.h"
#include "shortlist/server/routes/found_page.h"
#include "shortlist/server/routes/item_json.h"
#include "shortlist/server/routes/route.h"

namespace shortlist {
namespace {

constexpr size_t kMostItems = 200;

std::vector<Condition> read_filters(const Url& url, const Recommender& recommender) {
  std::vector<Value> filter;
  for (const auto& [name, value] : url.query)
    if (name == "filter") filter.emplace_back(value);
  return read_conditions(filter, recommender);
}

HttpResponse list_items(const Call& call) {
  const Recommender& recommender = call.model->recommender;
  const std::string* query = call.url.find("q");
  std::string list = call.model->version();
  for (const auto& [name, value] : call.url.query)
    if (name == "q" || name == "filter") list += fmt::format("\n{}={}", name, value);
  const PageOf page = read_page(call.url, list, kMostItems);
  const RecommendOptions options{.where = read_filters(call.url, recommender),
                                 .deadline = call.budget.deadline()};
  call.budget.check_operations(call.model->cost.filter(options), "filter");
  const FoundItems found =
      call.model->search.find(query != nullptr ? *query : "", searched(page), call.budget.deadline(),
                              recommender.eligible_items(options));
  JsonWriter json;
  json.begin_object().key("items").begin_array();
  for (size_t i = page.begin; i < std::min(page.begin + page.limit, found.items.size()); ++i) {
    json.begin_object();
    write_item(recommender, found.items[i], json);
    json.end_object();
    call.budget.check_written(json.text().size());
  }
  json.end_array();
  write_total(found, page, list, json);
  write_model(*call.model, json);
  json.end_object();
  return {.body = json.take()};
}

HttpResponse get_item(const Call& call) {
  const std::string& id = call.parameters[0];
  const auto item = call.model->recommender.find_item(id);
  if (!item) throw Problem(404, "not_found", no_such_item(call.model->recommender, id));
  JsonWriter json;
  json.begin_object();
  write_item(call.model->recommender, *item, json);
  write_model(*call.model, json);
  json.end_object();
  return {.body = json.take()};
}

}  // namespace

void add_item_routes(Routes& routes) {
  routes.push_back(
      {.method = "GET",
       .path = "/v1/items",
       .operation = "list_items",
       .summary = "Items of the catalogue, by words and attributes",
       .answer = "ItemList",
       .query = {{"q", "Words to find in items' ids and display names", R"({"type":"string"})"},
                 {"filter", "A condition such as year>=1990. Repeat for more.",
                  R"({"type":"array","items":{"$ref":"#/components/schemas/ConditionText"}})"},
                 {"limit", "Items per page", R"({"type":"integer","minimum":1,"maximum":200,"default":20})"},
                 {"cursor", "Next page: the next_cursor of the page before", kCursorSchema}},
       .slow = true,
       .handler = list_items});
  routes.push_back({.method = "GET",
                    .path = "/v1/items/{id}",
                    .operation = "get_item",
                    .summary = "One item",
                    .answer = "Item",
                    .handler = get_item});
}

}  // namespace shortlist
