// Writes CSV (RFC 4180, but lines end in \n) and JSON lines.
#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <optional>

#include "shortlist/base/error.h"
#include "shortlist/io/file.h"
#include "shortlist/table/row_sink.h"
#include "shortlist/table/time_text.h"

namespace shortlist {
namespace {

using Buffer = fmt::memory_buffer;

void append(Buffer& out, std::string_view text) { out.append(text.data(), text.data() + text.size()); }

// The shortest text that reads back as the same value, and that is not read as an integer.
template <typename T>
void append_number(Buffer& out, T value) {
  const size_t begin = out.size();
  fmt::format_to(std::back_inserter(out), "{}", value);
  const std::string_view text(out.data() + begin, out.size() - begin);
  if (text.find_first_of(".en") == text.npos) append(out, ".0");
}

// A file that appears complete or not at all, or standard output.
class Destination {
 public:
  explicit Destination(const std::string& path) {
    if (path != "-") file_.emplace(path);
  }
  void write(std::string_view text) {
    if (file_) return file_->write(text);
    check(std::fwrite(text.data(), 1, text.size(), stdout) == text.size());
  }
  void finish() { file_ ? file_->commit() : check(std::fflush(stdout) == 0); }

 private:
  static void check(bool well) {
    if (!well) throw failed("cannot write standard output: {}", std::strerror(errno));
  }
  std::optional<AtomicFile> file_;
};

// A format defines how texts and non-finite numbers are written.
struct CsvFormat {
  char delimiter;

  void text(Buffer& out, std::string_view text) const {
    const char special[] = {delimiter, '"', '\n', '\r'};
    // A quoted empty text is not a missing value.
    if (!text.empty() && text.find_first_of(std::string_view(special, sizeof special)) == text.npos) {
      return append(out, text);
    }
    out.push_back('"');
    for (char c : text) {
      if (c == '"') out.push_back('"');
      out.push_back(c);
    }
    out.push_back('"');
  }
  template <typename T>
  void number(Buffer& out, T value) const {
    std::isnan(value) ? append(out, "nan") : append_number(out, value);
  }
  void raw(Buffer& out, std::string_view value) const { text(out, value); }
  void list(Buffer& out, std::string_view elements) const { text(out, elements); }
  void time(Buffer& out, double seconds) const { append(out, time_text(seconds)); }
  void missing(Buffer&) const {}
  void row_begin(Buffer&) const {}
  void column(Buffer& out, size_t c, const std::string&) const {
    if (c > 0) out.push_back(delimiter);
  }
  void row_end(Buffer& out) const { out.push_back('\n'); }
  void header(Buffer& out, const std::vector<OutputColumn>& columns) const {
    for (size_t c = 0; c < columns.size(); ++c) {
      column(out, c, columns[c].name);
      text(out, columns[c].name);
    }
    row_end(out);
  }
};

struct JsonLinesFormat {
  void text(Buffer& out, std::string_view text) const {
    out.push_back('"');
    for (char c : text) {
      if (c == '"' || c == '\\') {
        out.push_back('\\'), out.push_back(c);
      } else if (static_cast<unsigned char>(c) < 0x20) {
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
      } else {
        out.push_back(c);
      }
    }
    out.push_back('"');
  }
  // JSON has no notation for values that are not finite.
  template <typename T>
  void number(Buffer& out, T value) const {
    std::isfinite(value) ? append_number(out, value) : append(out, "null");
  }
  void raw(Buffer& out, std::string_view value) const { append(out, value); }
  void list(Buffer& out, std::string_view elements) const { append(out, elements); }
  void time(Buffer& out, double seconds) const {
    out.push_back('"');
    append(out, time_text(seconds));
    out.push_back('"');
  }
  void missing(Buffer& out) const { append(out, "null"); }
  void row_begin(Buffer& out) const { out.push_back('{'); }
  void column(Buffer& out, size_t c, const std::string& name) const {
    if (c > 0) out.push_back(',');
    text(out, name);
    out.push_back(':');
  }
  void row_end(Buffer& out) const { append(out, "}\n"); }
  void header(Buffer&, const std::vector<OutputColumn>&) const {}
};

template <typename Format>
class TextSink : public RowSink {
 public:
  TextSink(const std::string& path, std::vector<OutputColumn> columns, Format format)
      : file_(path), columns_(std::move(columns)), format_(format) {
    format_.header(out_, columns_);
    flush();
  }

  void write(std::unique_ptr<OwnedChunk> chunk) override {
    for (size_t r = 0; r < chunk->rows; ++r) {
      format_.row_begin(out_);
      for (size_t c = 0; c < columns_.size(); ++c) {
        format_.column(out_, c, columns_[c].name);
        write_value(columns_[c], chunk->columns[c], r);
      }
      format_.row_end(out_);
    }
    flush();
  }

  void finish() override { file_.finish(); }

 private:
  void write_value(const OutputColumn& output, const OwnedColumn& column, size_t row) {
    if (column.missing[row]) return format_.missing(out_);
    switch (output.type) {
      case ColumnType::text:
        return output.raw ? format_.raw(out_, column.texts[row]) : format_.text(out_, column.texts[row]);
      case ColumnType::integer:
        fmt::format_to(std::back_inserter(out_), "{}", column.integers[row]);
        return;
      case ColumnType::number:
        return format_.number(out_, column.numbers[row]);
      case ColumnType::time:
        return format_.time(out_, column.numbers[row]);
      case ColumnType::list:
        return write_list(column, row);
    }
  }

  void write_list(const OwnedColumn& column, size_t row) {
    list_.clear();
    list_.push_back('[');
    for (uint32_t i = column.offsets[row]; i < column.offsets[row + 1]; ++i) {
      if (i > column.offsets[row]) append(list_, ", ");
      JsonLinesFormat().number(list_, column.elements[i]);
    }
    list_.push_back(']');
    format_.list(out_, {list_.data(), list_.size()});
  }

  void flush() {
    file_.write({out_.data(), out_.size()});
    out_.clear();
  }

  Destination file_;
  const std::vector<OutputColumn> columns_;
  const Format format_;
  Buffer out_, list_;
};

}  // namespace

std::unique_ptr<RowSink> open_csv_sink(const std::string& path, std::vector<OutputColumn> columns,
                                       char delimiter) {
  return std::make_unique<TextSink<CsvFormat>>(path, std::move(columns), CsvFormat{delimiter});
}

std::unique_ptr<RowSink> open_json_lines_sink(const std::string& path, std::vector<OutputColumn> columns) {
  return std::make_unique<TextSink<JsonLinesFormat>>(path, std::move(columns), JsonLinesFormat());
}

}  // namespace shortlist
