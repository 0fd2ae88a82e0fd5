#include "shortlist/server/http/compress.h"

#include <boost/beast/zlib/deflate_stream.hpp>
#include <boost/crc.hpp>
#include <map>
#include <mutex>

#include "shortlist/base/error.h"

namespace shortlist {
namespace {

namespace zlib = boost::beast::zlib;

// Smaller content fits in one packet either way.
constexpr size_t kLeastBytes = 1'000;
constexpr int kLevel = 4, kWindowBits = 15, kMemoryLevel = 8;

bool is_text(std::string_view content_type) {
  for (std::string_view part : {"json", "text/", "javascript", "svg"})
    if (content_type.find(part) != content_type.npos) return true;
  return false;
}

// "q=0", "q=0.000"
bool is_refused(std::string_view parameters) {
  const size_t at = parameters.find("q=");
  if (at == parameters.npos) return false;
  const std::string_view weight = trim_spaces(parameters.substr(at + 2));
  return weight.starts_with('0') && weight.find_first_of("123456789") == weight.npos;
}

void put_little_endian(std::string& to, uint32_t value) {
  for (int byte = 0; byte < 4; ++byte) to += static_cast<char>(value >> (8 * byte));
}

// Keyed by the address of the content, which never changes.
std::string_view gzip_once(std::string_view content) {
  static std::mutex mutex;
  static std::map<const char*, std::string> kept;
  std::lock_guard lock(mutex);
  const auto at = kept.find(content.data());
  if (at != kept.end()) return at->second;
  return kept.emplace(content.data(), gzip(content)).first->second;
}

}  // namespace

bool takes_gzip(std::string_view accept_encoding) {
  bool any = false, named = false, takes_named = false;
  each_element(accept_encoding, [&](std::string_view element) {
    const size_t end = std::min(element.find(';'), element.size());
    const std::string_view name = trim_spaces(element.substr(0, end));
    const bool taken = !is_refused(element.substr(end));
    if (name == "*") any = taken;
    if (!same_text(name, "gzip") && !same_text(name, "x-gzip")) return;
    named = true;
    takes_named = taken;
  });
  return named ? takes_named : any;
}

std::string gzip(std::string_view content) {
  constexpr std::string_view kHeader("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  zlib::deflate_stream stream;
  stream.reset(kLevel, kWindowBits, kMemoryLevel, zlib::Strategy::normal);
  std::string out(kHeader);
  out.resize(kHeader.size() + stream.upper_bound(content.size()));
  zlib::z_params state{};
  state.next_in = content.data();
  state.avail_in = content.size();
  state.next_out = out.data() + kHeader.size();
  state.avail_out = out.size() - kHeader.size();
  boost::system::error_code error;
  stream.write(state, zlib::Flush::finish, error);
  SHORTLIST_CHECK(error == zlib::error::end_of_stream && state.avail_in == 0);
  out.resize(out.size() - state.avail_out);
  boost::crc_32_type checksum;
  checksum.process_bytes(content.data(), content.size());
  put_little_endian(out, checksum.checksum());
  put_little_endian(out, static_cast<uint32_t>(content.size()));
  return out;
}

void compress(const HttpRequest& request, HttpResponse& response) {
  if (!is_text(response.content_type) || response.content().size() < kLeastBytes) return;
  add_header(response, "Vary", "Accept-Encoding");
  if (!takes_gzip(request.accept_encoding)) return;
  if (response.shared_body.empty())
    response.body = gzip(response.body);
  else
    response.shared_body = gzip_once(response.shared_body);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace shortlist
