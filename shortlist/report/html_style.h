// The report's style sheet: the web page's type and colours (web/src/style/base.css), which the drawings
// share.
#pragma once

#include <string_view>

namespace shortlist {

inline constexpr std::string_view kReportStyle = R"css(
:root { color-scheme: light dark; --paper: #faf8f4; --well: #f1ede5; --text: #1d1b17; --muted: #69645a;
  --rule: #e2dcd0; --accent: #17594b;
  --serif: 'Newsreader', 'Iowan Old Style', Palatino, Georgia, serif;
  --sans: 'Hanken Grotesk', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #161613; --well: #24241f; --text: #ece9e2; --muted: #a39e92; --rule: #34332d;
    --accent: #8acdb5; }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--text); font: 15px/1.5 var(--sans); }
main { max-width: 1040px; margin: 0 auto; padding: 56px 28px 80px; }
h1 { font: 400 38px/1.15 var(--serif); letter-spacing: -0.015em; margin: 0; overflow-wrap: anywhere; }
h2 { font: 500 25px/1.2 var(--serif); margin: 56px 0 14px; padding-bottom: 10px;
  border-bottom: 1px solid var(--text); }
h3 { font: 500 19px/1.25 var(--serif); margin: 30px 0 6px; }
p { max-width: 74ch; margin: 0 0 8px; }
.subtitle { margin-top: 4px; color: var(--muted); overflow-wrap: anywhere; }
.verdict { max-width: 74ch; margin: 0 0 8px; padding-left: 18px; border-left: 2px solid var(--accent);
  font: 400 17px/1.45 var(--serif); }
.verdict p { margin: 0; }
.verdict p + p { margin-top: 7px; }
dl { display: flex; flex-wrap: wrap; gap: 10px 36px; margin: 16px 0 0; }
dl div { display: flex; flex-direction: column-reverse; }
dt { color: var(--muted); font-size: 13px; }
dd { margin: 0; font-size: 17px; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 8px 28px; }
.curves svg { width: 100%; max-width: 500px; margin: -8px 0 0 -24px; }
svg { height: auto; max-width: 100%; display: block; }
.graph { overflow-x: auto; }
.graph svg { margin: 0 auto; }
.wide { overflow-x: auto; margin: 12px 0; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 22px 6px 0; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th { color: var(--muted); font-weight: 400; font-size: 13px; vertical-align: bottom; white-space: normal; }
td:first-child { white-space: normal; min-width: 5ch; font-weight: 600; }
th:first-child, td:first-child { position: sticky; left: 0; background: var(--paper); text-align: left; }
th:last-child, td:last-child { padding-right: 2px; }
.number { text-align: right; }
th.number { min-width: 84px; }
details { margin: 10px 0; }
summary { color: var(--muted); font-size: 13px; cursor: pointer; }
pre { margin: 0; background: var(--well); border-radius: 8px; padding: 18px 22px; overflow-x: auto;
  font: 13px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
.graph + pre { margin-top: 20px; }
@media (max-width: 600px) {
  main { padding: 28px 18px 48px; } h1 { font-size: 30px; } h2 { margin-top: 44px; }
  .curves svg { width: calc(100% + 24px); max-width: none; margin-left: -12px; }
  pre { padding: 14px; font-size: 12px; } td, th { padding-right: 16px; } th.number { min-width: 0; }
  .graph svg { max-width: none; }
}
@media print { main { max-width: none; padding: 0; } pre { white-space: pre-wrap; } h2 { break-after: avoid; } }
)css";

}  // namespace shortlist
