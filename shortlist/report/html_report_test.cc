#include "shortlist/report/html_report.h"

#include <gtest/gtest.h>

#include <cmath>

#include "shortlist/report/graph_picture.h"
#include "shortlist/testing/markup_check.h"

namespace shortlist {
namespace {

ReportPage small_page() {
  ReportPage page;
  page.title = "Anime";
  page.facts = {{"seed", "42"}};
  page.history = {{{1, 0.01, {{"rmse", 1.5}, {"loss", NAN}}, {{"rmse", 1.6}}}}};
  page.evaluation = {
      {"Ranking", {"", "rmse"}, {{"item mean", "1.418"}, {"model", "1.449"}}, {"It is worse."}}};
  page.graph_svg = graph_to_svg({{"query", "dense", "32 units", "[*, 32]", "", {}}}, "");
  page.model_summary = "query  dense";
  page.config = "[data]";
  return page;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(HtmlReport, IsBalancedAndShowsEveryPart) {
  const std::string html = to_html(small_page());
  EXPECT_EQ(markup_fault(html), "");
  for (const char* text : {"<h1>Anime</h1>", "<dt>seed</dt><dd>42</dd>", "Learning curves", "It is worse.",
                           "<td>item mean</td><td class=\"number\">1.418</td>", "<h2>Epochs</h2>", "32 units",
                           "<pre>query  dense</pre>", "<pre>[data]</pre>"}) {
    EXPECT_TRUE(has(html, text)) << text;
  }
}

TEST(HtmlReport, NeedsNothingFromOutside) {
  const std::string html = to_html(small_page());
  for (const char* text : {"<script", "<link", "src=", "href=", "url(", "@import", "https:"}) {
    EXPECT_FALSE(has(html, text)) << text;
  }
}

TEST(HtmlReport, EscapesEverything) {
  ReportPage page = small_page();
  const std::string bad = "<b>&\"'";
  page.title = page.model_summary = page.config = bad;
  page.facts = {{bad, bad}};
  page.evaluation = {{bad, {bad, bad}, {{bad, bad}}, {bad}}};
  page.history.epochs[0].train.emplace_back("<b>", 1);
  const std::string html = to_html(page);
  EXPECT_FALSE(has(html, "<b>"));
  EXPECT_TRUE(has(html, "&lt;b&gt;&amp;&quot;&#39;"));
  EXPECT_EQ(markup_fault(html), "");
}

TEST(HtmlReport, LeavesOutWhatIsEmptyOrNotANumber) {
  const std::string empty = to_html({});
  EXPECT_EQ(markup_fault(empty), "");
  EXPECT_FALSE(has(empty, "<h2>"));
  EXPECT_FALSE(has(to_html(small_page()), "nan"));
}

TEST(HtmlReport, FoldsAwayKerasAndMostFiguresOfEpochs) {
  ReportPage page = small_page();
  page.kept_epoch = 1;
  page.history.epochs[0].train.emplace_back("keras_top_5", 0.25);
  page.history.epochs[0].train.emplace_back("unseen_top_5", 0.75);
  page.evaluation[0].folded_title = "1 figure as Keras counts them";
  page.evaluation[0].folded_rows = {{"keras_auc", "0.7"}};
  const std::string html = to_html(page);
  EXPECT_EQ(markup_fault(html), "");
  const size_t epochs = html.find("<h2>Epochs</h2>");
  EXPECT_TRUE(has(html, "<td class=\"number\">1 (kept)</td>"));
  EXPECT_TRUE(has(html, "rmse, validation"));
  const size_t fold = html.find("<details>", epochs);
  ASSERT_NE(fold, std::string::npos);
  for (const char* name : {"unseen_top_5", "keras_top_5"}) EXPECT_GT(html.find(name), fold) << name;
  EXPECT_TRUE(has(html, "<details><summary>1 figure as Keras counts them</summary>"));
}

TEST(HtmlReport, HeadsThePageWithTheModelAndWhatItIs) {
  ReportPage page = small_page();
  page.subtitle = "Training report";
  EXPECT_TRUE(has(to_html(page), "<h1>Anime</h1>\n<p class=\"subtitle\">Training report</p>"));
}

}  // namespace
}  // namespace shortlist
