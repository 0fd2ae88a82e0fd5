// Encodes pixels as PNG.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace shortlist {

// rgb[height * width * 3], sRGB, row by row from the top. The file contains no time and no text, so equal
// pixels give equal bytes. Throws failed() if libpng fails, which happens only when memory runs out.
std::string encode_png(std::span<const std::uint8_t> rgb, int width, int height);

}  // namespace shortlist
