#include "shortlist/server/page.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "shortlist/io/sha256.h"

namespace shortlist {

// Defined in assembly by cmake/page.cmake: a pointer and a size for each text.
struct PageFile {
  const char* path;
  uint64_t path_size;
  const char* content;
  uint64_t content_size;
};
extern "C" const PageFile shortlist_page_files[];
extern "C" const uint64_t shortlist_page_file_count;

namespace {

constexpr std::string_view kNotBuilt = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Shortlist</title>
<h1>Shortlist is serving</h1>
<p>This program was built without its web page. To add it, run <code>./dev page</code> and build again.</p>
<p>The API is available: <a href="/openapi.json">its description</a>, <a href="/v1/features">the fields of a query</a>,
<a href="/v1/model">the model</a>, <a href="/v1/items">its items</a>, <a href="/metrics">metrics</a>.</p>
</html>
)";

std::string_view content_type(std::string_view path) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".json", "application/json"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"}};
  for (const auto& [ending, type] : kTypes)
    if (path.ends_with(ending)) return type;
  return "application/octet-stream";
}

const PageFile* find_file(std::string_view path) {
  const std::span files(shortlist_page_files, shortlist_page_file_count);
  const auto at = std::ranges::find_if(
      files, [&](const PageFile& file) { return std::string_view(file.path, file.path_size) == path; });
  return at == files.end() ? nullptr : &*at;
}

// The page may load from this server only. Elements may have inline styles, since uPlot sets sizes with them.
constexpr const char* kSecurityPolicy =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: https: http:; object-src "
    "'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

HttpResponse answer(std::string_view path, std::string_view content, std::string_view if_none_match) {
  HttpResponse response{.content_type = content_type(path), .shared_body = content};
  response.headers.emplace_back("Content-Security-Policy", kSecurityPolicy);
  response.headers.emplace_back("X-Frame-Options", "DENY");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  // Vite puts a hash of the content in the names of assets.
  if (path.starts_with("/assets/")) {
    response.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
    return response;
  }
  // A weak ETag, since the bytes that are sent may be compressed.
  const std::string tag = "W/\"" + sha256_hex(content).substr(0, 16) + '"';
  response.headers.emplace_back("Cache-Control", "no-cache");
  response.headers.emplace_back("ETag", tag);
  if (if_none_match.find(tag) == if_none_match.npos) return response;
  response.status = 304;
  response.shared_body = {};
  return response;
}

}  // namespace

bool is_view(std::string_view path) { return path == "/" || path == "/similar" || path == "/model"; }

std::optional<HttpResponse> page_response(std::string_view path, std::string_view if_none_match) {
  if (const PageFile* file = find_file(path))
    return answer(path, {file->content, file->content_size}, if_none_match);
  if (!is_view(path)) return std::nullopt;
  if (const PageFile* page = find_file("/index.html"))
    return answer("/index.html", {page->content, page->content_size}, if_none_match);
  if (path != "/") return std::nullopt;
  return answer("/index.html", kNotBuilt, if_none_match);
}

}  // namespace shortlist
