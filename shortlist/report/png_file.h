// The PNG format: pixels to the bytes of a file.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace shortlist {

// rgb[height * width * 3], sRGB, row by row from the top. The file holds no time and no text, so equal pixels
// give equal bytes. Throws failed() when libpng cannot, which is when memory runs out.
std::string encode_png(std::span<const std::uint8_t> rgb, int width, int height);

}  // namespace shortlist
