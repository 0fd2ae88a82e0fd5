// The report's style sheet. Its colours are those of the drawings.
#pragma once

#include <string_view>

namespace shortlist {

inline constexpr std::string_view kReportStyle = R"css(
:root { color-scheme: light dark; --paper: #fff; --text: #1f2328; --muted: #656d76; --rule: #e1e4e8; --well: #f6f8fa; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14171c; --text: #e6e8eb; --muted: #9ba3ad; --rule: #2d333c; --well: #1c2027; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 56px 28px 80px; }
h1 { font-size: 32px; line-height: 1.2; letter-spacing: -0.01em; margin: 0 0 16px; overflow-wrap: anywhere; }
h2 { font-size: 20px; margin: 56px 0 12px; padding-top: 20px; border-top: 1px solid var(--rule); }
h3 { font-size: 16px; margin: 32px 0 8px; }
p { max-width: 68ch; margin: 0 0 10px; }
dl { display: flex; flex-wrap: wrap; gap: 12px 36px; margin: 0; }
dt { color: var(--muted); font-size: 13px; }
dd { margin: 0; overflow-wrap: anywhere; }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 8px 28px; }
.tables { display: flex; flex-wrap: wrap; gap: 8px 56px; }
.tables section { max-width: 100%; }
.tables h3 { margin-top: 12px; }
.tables th, .tables td { padding: 3px 16px 3px 0; font-size: 13px; }
.curves svg { width: 100%; max-width: 500px; margin: -8px 0 0 -24px; }
svg { height: auto; max-width: 100%; display: block; }
.graph { overflow-x: auto; }
.graph svg { margin: 0 auto; min-width: min(100%, 640px); }
.wide { overflow-x: auto; margin: 16px 0; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 20px 6px 0; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th { color: var(--muted); font-weight: 500; border-bottom-color: var(--muted); }
td:first-child { white-space: normal; min-width: 5ch; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; }
pre { background: var(--well); border-radius: 8px; padding: 16px 20px; overflow-x: auto;
  font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
@media (max-width: 600px) { main { padding: 28px 18px 48px; } h1 { font-size: 26px; } h2 { margin-top: 40px; } }
@media print { main { max-width: none; padding: 0; } pre { white-space: pre-wrap; } h2 { break-after: avoid; } }
)css";

}  // namespace shortlist
